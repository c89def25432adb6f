/* SPDX-License-Identifier: BSD-2-Clause */
/* The words that tell a place from a word, as they are texted: Indonesian, some Javanese and Sundanese. */
#include "places_priv.h"

const struct cue_words place_cue_words[] = {
    {CUE_AT, "di d dr dari dri ke daerah wilayah wil sekitar skitar sekitaran warga wrg wargi masyarakat penduduk asal "
             "arah tujuan menuju jurusan antara nang ning ing teng seka saka ti tinggal domisili alamat lokasi lks lok "
             "kawasan pusat seluruh se wong urang area tepatnya melalui lewat via sekabupaten in at from"},
    {CUE_PROVINCE, "provinsi propinsi prov prop"},
    {CUE_PROVINCE | CUE_OFFICE, "gubernur gubernurnya pemprov pemrov"},
    {CUE_KOTA, "kota kotamadya kodya kotif"},
    {CUE_KOTA | CUE_OFFICE, "walikota pemkot pemkota wako"},
    {CUE_KABUPATEN, "kabupaten kab kabupatn kbupaten"},
    {CUE_KABUPATEN | CUE_OFFICE, "bupati pemkab pemda"},
    {CUE_KECAMATAN, "kecamatan kec kcmtn kecamtan distrik"},
    {CUE_KECAMATAN | CUE_OFFICE, "camat"},
    {CUE_KELURAHAN, "kelurahan kel klurahan kelurhan klrhn"},
    {CUE_KELURAHAN | CUE_OFFICE, "lurah"},
    {CUE_DESA, "desa ds dsa nagari gampong"},
    {CUE_DESA | CUE_OFFICE, "kades pemdes"},
    {CUE_STREET, "jl jln jalan jlan jlnn dalan"},
    {CUE_GANG, "gg gang gng lorong lrg"},
    {CUE_RT, "rt"},
    {CUE_RW, "rw"},
    {CUE_NUMBER, "no nomor nomer nmr km blok blk"},
    {CUE_BESIDE, "depan dpn dpan samping smping smpg dekat dkt deket belakang blkg blkng blakang sebelah sblh sblah "
                 "seberang sebrang sbrg sbrang ngarep mburi cedhak cedak caket gigir payuneun tukangeun pojok"},
    {CUE_SITE,
     "pasar psr masjid mesjid masji musholla mushola mushala langgar gereja pura vihara wihara klenteng sekolah "
     "sekolahan "
     "sd sdn sdit smp smpn sma sman smk smkn mi min mts mtsn man tk paud madrasah pondok ponpes pesantren kampus "
     "universitas univ kantor balai balaidesa puskesmas pustu posyandu rs rsu rsud rsi rsia klinik apotek apotik "
     "terminal stasiun bandara pelabuhan dermaga halte jembatan jembtan perempatan prapatan pertigaan pertelon simpang "
     "bundaran lapangan alun alunalun taman gor stadion museum hotel bank bri bca bni atm spbu pom pombensin toko "
     "indomaret indomart alfamart minimarket mall mal plaza swalayan supermarket pabrik gudang makam kuburan tpu tpa "
     "tps "
     "tugu gapura monumen polsek polres polda koramil kodim posko pos poskamling waduk embung bendungan kali sungai "
     "jembatan gedung gd wisma pln pdam samsat dukcapil disdukcapil dinas kejaksaan pengadilan penjara lapas rutan "
     "bengkel warung gardu tower ruko showroom kolam bangjo tikungan tanjakan"},
    {CUE_SETTLEMENT, "perum perumnas komplek kompleks komp griya dusun dsn dukuh dukuhan"},
    {CUE_SETTLEMENT | CUE_CAPITAL,
     "kampung kampoeng kp kmp perumahan pedukuhan padukuhan cluster rusun rusunawa apartemen"},
    {CUE_PERSON,
     "pak bpk bapak bp bu ibu ibuk mas mbak mba bang abang kang om tante sdr sdri saudara saudari an nama "
     "namanya bernama pelapor ustad ustadz ust haji hj drs kakak kak dek adik mbah bude pakde sama oleh si"},
    {CUE_RANK,
     "dr kh h hj ir prof jend jendral jenderal letjen letjend mayjen mayjend brigjen kol kolonel kapten letda "
     "lettu sersan serma serda ra rm r raden sultan sunan pangeran ki kyai kiai nyai hos wr tgk teuku tuanku "
     "laksda marsda panglima tentara imam haji hasyim mgr al ar as ash ad asy el"},
    {CUE_GOODS,
     "nasi soto sate tahu pecel pecak bakso bika dodol pempek empek mpek kopi lontong mie mi apel jeruk telur "
     "telor bakpia rendang ayam kupat ketoprak serabi asinan bolu kripik keripik martabak gudeg rawon lele "
     "roti buah salak kue pete teh krupuk kerupuk masakan restoran kayu mebel ukiran bambu"},
    {CUE_MATTER, "pohon kayu bambu nasib hidung leher tubuh pisang besi kelapa rokok tv televisi mini mandi bata kali "
                 "ampar padas nisan akik hati rumah yang yg pasir lumut rumput ilalang savana golf anjing preman massa "
                 "lebah hama tikus orang dan dengan sama "
                 "ke kepada itu ini nya minang belaka pengusaha maling polisi hebi kapur"},
    {CUE_ROAD, "raya utama besar kecil baru lama tengah dalam lintas lingkar arteri alternatif poros pantura nasional "
               "protokol tembus inspeksi provinsi propinsi kabupaten kota desa kampung setapak sawah kebun rel tol "
               "bypass pantai gang dua satu arah antar penghubung aspal cor paving"},
    {CUE_COMMAND, "rahasia anonim lapor aduan pengaduan laporan info darurat lapor1708 yth"},
    {CUE_ORDINARY,
     "persis sendiri sebanyak setinggi selebar separah sedalam jeglong bosok bae kito satapak persawahan bengkok "
     "kencang "
     "kenceng exit trlalu terlalu ilang hilang belobang pagar mulu abdi pade pada iku kene kabeh peteng asik asyik "
     "cocok khusus elit gampang pinggiran setempat masing cilik iso nganti ngadep thok iki kuwi sekitarnya terdekat "
     "cepat cepet sebentar lain lainnya mohonsegera tidakada yth dll dst "
     "rusak rusaknya rusake rsk berlubang bolong lubang lobang ambles amblas longsor becek licin gelap macet banjir "
     "rob "
     "retak putus sempit lebar bergelombang mulus parah tergenang genangan menggenang padam mati pada kurang lampu pju "
     "kaki jalan2 terus saja aja pulang keluar masuk pintas tikus buntu umum yang yg sy saya kami kita kamu kmi nya "
     "lagi "
     "sudah sdh udah udh belum blm sampai smp sampe hingga karena krn sangat sgt tidak tdk gak ga nggak ngga ndak "
     "mohon "
     "mhn tolong tlg minta mnt harap hrp ada ini itu tsb tersebut mau akan bisa baik mana apa kok kan dong deh ya yaa "
     "tiap setiap setiyap seluruh semua banyak byk sedikit selalu sering kalau klo kl jika bila dan dgn dengan untuk "
     "utk "
     "buat bagi oleh para juga jg agar supaya spy tapi tp namun atau ato maupun serta seperti spt kayak sejak sudh "
     "telah "
     "sedang lg masih msh baru hanya cuma biar seberapa kapan dimana disini sini situ sana kemarin kmrn besok lusa "
     "tadi "
     "malam siang pagi sore minggu bulan tahun thn hari jam dini subuh magrib maghrib terima makasih trims trimakasih "
     "matur nuwun nuhun punten suwun wassalam salam assalamualaikum tenan kudu ora kok iki kuwi niki niku wis wes "
     "durung "
     "dereng awit nek yen sing ingkang nu teu henteu tos atos pisan banget bgt sekali skali skl nih tuh sih rawan "
     "bahaya "
     "bau kotor sampah numpuk menumpuk penuh sesak sepi ramai rame rutin sebagai sebab akibat akibatnya bikin buka "
     "tutup "
     "ditutup dibuka bekas bks milik punya pemerintah dinas pu pemda petugas polisi warga masyarakat anak orang motor "
     "mobil truk truck bus angkot sepeda kendaraan air listrik pipa kabel tiang pohon trotoar selokan got drainase "
     "aspal "
     "aspalnya proyek rencana baik perbaikan diperbaiki kondisi kondisinya keadaan parkir lalu lintas bagus jelek "
     "jelekk "
     "hancur ancur remuk rubuh roboh tumbang jebol pecah meluap luber mampet tersumbat surut kering gersang terbuka "
     "sebelum sesudah setelah sblm ketika pas waktu wkt kemaren skrg sekarang skr dpt dapat tak takut sakit jatuh "
     "sepanjang spanjang panjang pendek tinggi rendah dua tiga empat lima enam tujuh delapan sembilan sepuluh satu "
     "is are was the and road near broken please very not many my our we you has have hole holes full full2"},
    {CUE_NAMED, "veteran mangga jawa bulan nelayan tani batik pembangunan untung letnan wiradesa imam"},
    {0, NULL},
};
