/* SPDX-License-Identifier: BSD-2-Clause */
/* The lists, each sorted (a test holds them so), and the search in them. */
#include "redact_words.h"

#include <string.h>

/* clang-format off */
static const char *const given[] = {
    "abdul", "abdullah", "abdurrahman", "achmad", "adam", "adinda", "aditya", "afandi", "afif", "agnes", "agus",
    "agustin", "agustina", "agustinus", "ahmad", "ainun", "ajeng", "akbar", "akhmad", "alamsyah", "alfarizi", "alfi",
    "alfian", "ali", "alif", "alvaro", "alya", "amalia", "amanda", "amin", "aminah", "aminuddin", "aminudin", "amir",
    "anang", "andi", "andik", "andika", "andre", "andri", "andriani", "andy", "angga", "anggi", "anggraini", "anindya",
    "anis", "anisa", "anissa", "anita", "anjar", "antok", "anton", "antonius", "anwar", "apriliani", "aqila", "aqilah",
    "arbain", "ardi", "ardian", "ardiansyah", "arief", "arif", "arifin", "arifuddin", "arini", "aris", "aristya",
    "arkan", "arman", "arum", "asep", "asih", "asmadi", "asmah", "asmarani", "asmawi", "asnawi", "astri", "astuti",
    "atik", "atun", "aulia", "azis", "aziz", "azizah", "azzahra", "badrun", "bagas", "bagyo", "baharuddin", "bahrul",
    "bambang", "baskoro", "basri", "basuki", "bayu", "beni", "benny", "bowo", "budhi", "budi", "budiman", "budiono",
    "budiyanto", "burhan", "burhanuddin", "busro", "butarbutar", "cahyadi", "cahyono", "candra", "casmadi", "casmari",
    "casmudi", "casmuni", "casmuri", "castro", "cecep", "chaerul", "chandra", "chotimah", "cici", "citra", "dadang",
    "daliman", "dalimin", "damar", "damayanti", "damiri", "danang", "dani", "daniel", "danu", "darmadi", "darmanto",
    "darmawan", "darmi", "darmini", "darno", "darsinah", "darsini", "darsono", "darti", "darto", "darwati", "daryanto",
    "daryati", "daryono", "dasuki", "david", "dayat", "dedek", "dedi", "dedy", "deni", "denny", "deny", "desi", "desy",
    "devi", "dewanti", "dewi", "dewinta", "dhani", "dian", "diana", "didik", "didin", "dika", "dimas", "dina", "dinda",
    "dini", "djoko", "dodi", "doni", "donny", "dudung", "dulrohman", "durahman", "dwiyanto", "dyah", "edi", "edy",
    "efendi", "effendi", "eka", "eko", "eli", "elis", "elisabeth", "elly", "elsa", "emi", "encep", "endah", "endang",
    "endrawati", "endro", "eni", "enny", "erlangga", "erna", "ernawati", "erni", "erwin", "esti", "eti", "eva", "evi",
    "fadhil", "fadli", "fahmi", "faisal", "faizal", "faizin", "farah", "farhan", "farid", "farida", "fatah", "fatchur",
    "fathur", "fatih", "fatimah", "fatkhur", "fatoni", "fauzan", "fauzi", "fauziah", "febri", "ferdi", "feri", "ferry",
    "fikri", "fitri", "fitria", "fitriani", "fitriyah", "franky", "fransiska", "galih", "galuh", "gatot", "ghofur",
    "gilang", "gina", "ginting", "giyanto", "gufron", "gunarto", "gunawan", "guntur", "guruh", "hadi", "hadiyanto",
    "hafid", "hafidz", "hafiz", "hafizh", "hafsah", "hakim", "halimah", "hamdan", "hamid", "hamzah", "handayani",
    "handoko", "hanif", "hanifah", "harahap", "haris", "hartati", "hartini", "hartono", "hartoyo", "haryadi",
    "haryanto", "haryati", "haryono", "hasan", "hasanah", "hasbi", "hasyim", "hendra", "hendri", "hendrik", "hendro",
    "hendy", "heni", "henny", "heri", "herlambang", "herlina", "herman", "hermansyah", "hermanto", "hermawan", "herni",
    "heru", "hery", "hesti", "hesty", "hidayah", "hidayat", "hidayati", "husein", "husna", "husni", "hutapea", "ibnu",
    "ibrahim", "ida", "idah", "idris", "ika", "ilham", "ilyas", "ilyasa", "imelda", "imran", "imron", "ina", "inayah",
    "inayati", "indarti", "indra", "indrawati", "indri", "indriani", "ining", "ira", "irawan", "irfan", "irma", "irwan",
    "isa", "iskandar", "ismail", "ismiati", "isnaini", "istiqomah", "ita", "ivan", "iwan", "iyan", "izza", "jaelani",
    "jaenal", "jafar", "jajang", "jamal", "jamaludin", "jamilah", "januar", "jariyah", "jarwo", "jati", "jefri",
    "jenny", "jhony", "jihan", "johan", "joko", "joni", "jono", "jumadi", "jumari", "jumiati", "juminah", "jumini",
    "juminten", "jumirah", "jumiyem", "junaedi", "junaidi", "junarti", "jusuf", "juwariyah", "kadarsih", "kadir",
    "kamal", "kamaludin", "kamdi", "kamsir", "karman", "karmin", "karno", "karsini", "karsiyah", "karsono", "kartijo",
    "kartika", "karto", "kartono", "karyadi", "karyono", "kasanah", "kasiman", "kasiyem", "kasmadi", "kasmari",
    "kasmin", "kasminah", "kasmurah", "kasmuri", "kasno", "kastari", "kasturi", "kayla", "keisha", "kenzo", "kevin",
    "khadijah", "khaerudin", "khairul", "khairunnisa", "khamidah", "khansa", "khoirul", "khoirunisa", "kholid",
    "kholifah", "kholil", "kholis", "khotib", "khotimah", "khumaira", "khusnul", "kiswati", "komariah", "komarudin",
    "kosim", "krisna", "kristanto", "kunarti", "kuncoro", "kuntari", "kurnia", "kurniasih", "kurniati", "kurniawan",
    "kusmanto", "kusmiyati", "kusnadi", "kusno", "kustini", "kusuma", "kuswanto", "laila", "lasmi", "lasminah",
    "lastri", "latifah", "legiman", "legimin", "leginem", "leni", "leo", "lestariningsih", "lia", "lili", "lilik",
    "lilis", "lina", "linda", "lisa", "lita", "lubis", "lukito", "lukman", "lulu", "luluk", "lusi", "lutfi", "lutfiah",
    "luthfi", "machmud", "maemunah", "maesaroh", "mahendra", "mahfud", "mahfudz", "mahmud", "maimunah", "maksum",
    "malik", "mansur", "mansyur", "manurung", "marfuah", "margono", "marhaeni", "maria", "mariam", "mariana", "mariyah",
    "marjono", "marjuki", "markamah", "marno", "marpaung", "marsih", "marsono", "martin", "martini", "martono",
    "marwan", "maryam", "maryanto", "maryati", "maryono", "masduki", "maskur", "masriah", "masrukhin", "mastur",
    "maulana", "maulida", "maya", "mbarep", "megawati", "meilani", "melinda", "mia", "michael", "miftah", "miftahul",
    "mila", "mira", "misbah", "mistar", "mochamad", "mochammad", "mohamad", "mohammad", "muchlis", "mudjiono", "mufid",
    "muflikhah", "muhaimin", "muhamad", "muhammad", "muhlisin", "muhtar", "muji", "mujiati", "mujib", "mujiono",
    "mujiyanto", "mukarromah", "mukhlis", "mukti", "mulyadi", "mulyana", "mulyani", "mulyanto", "mulyati", "mulyono",
    "munawar", "munawaroh", "munir", "muntaha", "muntamah", "murdiyanto", "murniati", "murtinah", "murtini", "muryani",
    "musa", "muslih", "muslikhah", "muslimin", "musrifah", "mustafa", "mustakim", "mustaqim", "mustofa", "mutia",
    "mutmainah", "muzaki", "nabila", "nadia", "nadya", "nafis", "nafisah", "naila", "nainggolan", "najib", "najwa",
    "nanang", "nanda", "nani", "nanik", "nasikhin", "nasikin", "nasir", "nasrudin", "nasution", "nata", "naufal",
    "nayla", "nazwa", "neneng", "ngadiman", "ngadinah", "ngadiyo", "ngatemi", "ngatiman", "ngatinah", "ngatiyem",
    "ngatno", "nia", "nina", "ningsih", "nining", "nirwana", "nisa", "nita", "noor", "nova", "novi", "novia",
    "novianti", "novita", "nugraha", "nugroho", "nunung", "nur", "nuraini", "nurchasanah", "nurcholis", "nurdin",
    "nurhadi", "nurhayati", "nurhidayah", "nuril", "nurjanah", "nurkholis", "nurlaela", "nurlaila", "nurman",
    "nurohman", "nurokhim", "nurrohman", "nurul", "nuryadi", "nuryanto", "nyoman", "oktavia", "opik", "otong", "paijan",
    "paijo", "paimin", "paimun", "painem", "pakpahan", "pandu", "panjaitan", "panji", "panut", "pardi", "parinah",
    "parjiyem", "parjo", "parman", "parmin", "partini", "parto", "paryanti", "paryono", "permadi", "permana", "pipit",
    "poniman", "ponimin", "ponirah", "poniran", "poniyem", "prabowo", "pradana", "pramono", "pramudya", "prasetya",
    "prasetyo", "prastowo", "pratama", "pratiwi", "prayitno", "prayogo", "priyanto", "priyono", "puji", "pujiati",
    "pujiono", "purba", "purnomo", "purwadi", "purwaningsih", "purwanti", "purwanto", "purwati", "purwono", "puspita",
    "puspitasari", "putra", "putri", "qomariah", "qori", "qosim", "rachman", "rachmat", "raden", "raditya", "rafi",
    "rahardjo", "raharja", "raharjo", "rahayu", "rahma", "rahmad", "rahman", "rahmat", "rahmawati", "rahmi", "raihan",
    "raisa", "ramadhan", "ramadhani", "ramadhon", "ramdani", "ramli", "rani", "rasidin", "rasmadi", "rasmani",
    "rasmini", "rasya", "rasyid", "ratih", "ratmi", "ratna", "ratnasari", "ratno", "rayhan", "rendi", "reni", "renny",
    "retno", "reza", "rian", "riana", "ridho", "ridwan", "rifai", "rifki", "rifqi", "rika", "riki", "riko", "rina",
    "rini", "riri", "riris", "risa", "riska", "riski", "risma", "rita", "riyadi", "riyanti", "riyanto", "riza", "rizal",
    "rizki", "rizky", "rizqi", "rizqy", "robert", "robi", "rochim", "rochmah", "rochman", "rochmani", "rochmat",
    "rodiyah", "rofiah", "rofik", "rofiq", "rohani", "rohim", "rohimah", "rohmah", "rohman", "rohmat", "rokhani",
    "rokhim", "rokhmah", "romadhona", "romlah", "roni", "ronny", "rosiana", "rosidah", "rosidi", "rosita", "rosyid",
    "rosyidah", "roudhotul", "rubinah", "rudi", "rudy", "rukayah", "rukinah", "rukmini", "rusdi", "ruslan", "rusli",
    "rusmanto", "rusmini", "rusmiyati", "rusnoto", "rustam", "sadiman", "sadiyah", "saefudin", "saeful", "saelan",
    "saepul", "safitri", "sahid", "sahroni", "saidah", "saifudin", "saiful", "sakinah", "salamah", "salim", "salimin",
    "salma", "salsa", "salwa", "samidi", "samini", "samiran", "samsudin", "samsul", "sandi", "sandra", "santi",
    "santosa", "santoso", "sapto", "sarah", "sardi", "sarif", "sarinah", "sarjono", "sarmin", "sarmini", "sarno",
    "saroh", "sarwadi", "sarwanto", "sarwi", "sarwono", "saryono", "satiman", "satria", "satrio", "satrya", "sawitri",
    "sembiring", "septi", "septian", "setiadi", "setiawan", "setiawati", "setyaningrum", "setyaningsih", "setyawan",
    "setyo", "setyono", "setyowati", "shafira", "sholeh", "sholikhin", "sholikin", "sidik", "sigit", "silalahi",
    "silvia", "simanjuntak", "simatupang", "sinaga", "sinta", "siregar", "siska", "siswandi", "siswanto", "siswati",
    "siswoyo", "siti", "sitorus", "situmorang", "slamat", "slamet", "sobirin", "sodikin", "soeharto", "soekarno",
    "sofiyah", "sofyan", "soim", "sokhib", "soleh", "solichin", "solikhah", "solikhin", "solikin", "soni", "sonny",
    "sopian", "sopiyah", "sri", "sriyono", "subagio", "subagyo", "subandi", "subekti", "subhan", "subroto", "subur",
    "sucipto", "sudarmaji", "sudarmi", "sudarmo", "sudarno", "sudarsono", "sudarto", "sudarwati", "sudaryanto",
    "sudibyo", "sudirah", "sudirjo", "sudirman", "sudiro", "sudiyem", "sudiyono", "sudrajat", "sugeng", "sugianto",
    "sugiarti", "sugiarto", "sugiharto", "suginem", "sugiono", "sugito", "sugiyanto", "sugiyarti", "sugiyem",
    "sugiyono", "suhadi", "suhardi", "suharno", "suharti", "suharto", "suhartono", "suharyanto", "suhendra", "suhendro",
    "suherman", "suhud", "sujarwo", "sujatmiko", "sujiati", "sujono", "sukamto", "sukardi", "sukarman", "sukarmin",
    "sukarni", "sukarno", "sukarti", "sukesi", "sukijo", "sukiman", "sukinah", "sukini", "sukirman", "sukirno", "sukma",
    "sukmawati", "sukowati", "sulaeman", "sulaiman", "sulami", "sulastri", "sulis", "sulistiyo", "sulistyo",
    "sulistyorini", "sulistyowati", "sumanto", "sumardi", "sumarmi", "sumarni", "sumarno", "sumarsih", "sumarsono",
    "sumartini", "sumarto", "sumaryono", "sumiati", "sumini", "sumirah", "sumitro", "sumiyati", "sumiyem", "sunandar",
    "sunardi", "sunarmi", "sunarno", "sunarsih", "sunarti", "sunarto", "sunarya", "sunaryo", "sundari", "sundoro",
    "suntari", "supangat", "supangkat", "supardi", "suparjo", "suparman", "suparmi", "suparmin", "suparno", "suparti",
    "supartini", "suparto", "supono", "suprapti", "suprapto", "supri", "supriadi", "supriatna", "suprihatin",
    "supriyadi", "supriyanto", "supriyati", "supriyatno", "supriyono", "suradi", "surati", "suratinah", "suratman",
    "suratmi", "suratno", "surono", "suroso", "suroto", "surtini", "surya", "suryadi", "suryana", "suryani",
    "suryaningsih", "suryanto", "suryati", "suryo", "suryono", "susan", "susana", "susanti", "susanto", "susi",
    "susiati", "susilawati", "susilo", "susilowati", "susiyanti", "sutanto", "sutarjo", "sutarmi", "sutarno", "sutarti",
    "sutejo", "sutikno", "sutinah", "sutinem", "sutini", "sutiyem", "sutiyono", "sutopo", "sutoyo", "sutrisni",
    "sutrisno", "sutriyah", "suwandi", "suwanto", "suwardi", "suwarjo", "suwarni", "suwarno", "suwarsih", "suwarsono",
    "suwarti", "suwarto", "suwito", "suwondo", "suyanti", "suyanto", "suyati", "suyatmi", "suyatno", "suyitno",
    "suyono", "syafii", "syafrudin", "syahrul", "syaiful", "syakira", "syamsiah", "syamsudin", "syamsul", "syarif",
    "syarifah", "syifa", "syukri", "talita", "tambunan", "tarigan", "tarjo", "tarmidi", "tarmin", "tarmuji", "tarno",
    "tarsinah", "tarsini", "tarsono", "tarwiyah", "taryati", "taryono", "taslim", "tasmiah", "tasripin", "tatang",
    "tatik", "taufan", "taufik", "taufiq", "tedi", "teguh", "teguhno", "tejo", "temon", "theresia", "tiara", "tika",
    "tina", "tini", "tino", "titi", "titiek", "titin", "tjandra", "tofik", "toha", "tohari", "tohir", "toni", "tono",
    "tony", "topik", "toto", "totok", "tri", "trimah", "trimo", "triono", "trisnawati", "trisno", "triwahyuni",
    "triyanto", "triyono", "tugiman", "tugiyo", "tukijan", "tukijo", "tukiman", "tukimin", "tukinah", "tukinem",
    "tukino", "tuminah", "tumini", "tumirah", "tumiran", "turah", "turiyah", "turmudi", "tursina", "turyati",
    "tusriyah", "tuti", "tutik", "tyas", "ucok", "udin", "ujang", "ulfa", "ulfah", "ulfiana", "ulil", "umam", "umar",
    "umaroh", "umi", "umiyati", "ummi", "untari", "untoro", "urip", "usman", "ustman", "uswatun", "utami", "utomo",
    "uus", "vania", "vera", "veronika", "vicky", "vina", "vino", "vita", "vivi", "wagiman", "wagimin", "waginem",
    "wagino", "wagirah", "wagiyem", "wahid", "wahidin", "wahono", "wahyono", "wahyudi", "wahyuni", "wahyuningsih",
    "wakhid", "wakidi", "wakijan", "waluyo", "wandi", "wanti", "warjo", "warni", "warno", "warsini", "warsiti",
    "warsito", "warsono", "wartini", "wartono", "waryono", "wasiah", "wasis", "wasito", "waskito", "wasmuri", "wasri",
    "watini", "wawan", "wayan", "wibowo", "wicaksono", "widarti", "widi", "widiastuti", "widodo", "widya", "widyastuti",
    "wijaya", "wijayanti", "winarni", "winarno", "winarsih", "winarti", "winda", "windarti", "wiryo", "wiwik", "wiwin",
    "wiwit", "wiyono", "wiyoto", "wulan", "wulandari", "yadi", "yahya", "yani", "yanti", "yanto", "yanuar", "yasin",
    "yati", "yatno", "yayan", "yayuk", "yeni", "yenny", "yoga", "yogi", "yohanes", "yono", "yopi", "yosef", "yuda",
    "yudha", "yudi", "yulaikha", "yuli", "yulia", "yuliana", "yuliani", "yulianti", "yulianto", "yuliati", "yuniarti",
    "yuniati", "yunita", "yunus", "yusnita", "yusri", "yustina", "yusuf", "yusup", "zaenab", "zaenal", "zaenudin",
    "zaenuri", "zahira", "zahra", "zahrotun", "zaid", "zainab", "zainal", "zainudin", "zainuri", "zakaria", "zaki",
    "zakiyah", "zakiyyah", "zaskia", "zidan", "zubaedah", "zubaidah", "zuhri", "zulaekha", "zulaika", "zulaikha",
    "zulfa", "zulfikar", "zulkarnain", "zulkifli", "zumaroh",
};
static const char *const given_too[] = {
    "aan", "abas", "adi", "agil", "agung", "aida", "aji", "aldi", "alex", "amri", "ana", "anas", "anggun", "ani",
    "asmara", "ayik", "ayu", "bagus", "bintang", "boy", "bunga", "cahaya", "catur", "cempaka", "cinta", "dahlia",
    "dono", "dwi", "ela", "eri", "fajar", "fani", "firda", "ganda", "gede", "giri", "hana", "handoyo", "hapsari", "ifa",
    "ikhlas", "ilma", "imam", "indah", "intan", "jan", "jaya", "kartini", "kenanga", "ketut", "kliwon", "komang",
    "kris", "kusumo", "lala", "larasati", "legi", "lestari", "lusiana", "made", "maharani", "makmur", "mama", "mawar",
    "mega", "melati", "mulya", "nana", "nila", "ocha", "oki", "pahing", "palupi", "pambudi", "pamungkas", "panca",
    "paramita", "pepen", "permatasari", "pon", "puspa", "putu", "rahmah", "raja", "rama", "ratu", "rejeki", "rezeki",
    "rio", "romadhon", "ros", "rosa", "rose", "sabar", "safira", "sam", "sandy", "saputra", "saputro", "sari",
    "sejahtera", "senen", "seno", "sentosa", "setia", "tegar", "teratai", "tia", "titik", "tomi", "tommy", "uli",
    "untung", "utama", "wage", "wahyu", "wati", "wijayanto", "yudis", "yuni", "yus",
};
static const char *const title[] = {
    "abang", "alm", "almarhum", "almarhumah", "almh", "ananda", "bang", "bapak", "bp", "bpk", "bu", "bude", "budhe",
    "bulik", "cak", "ceu", "cik", "cikgu", "dokter", "dr", "dra", "drs", "eyang", "gus", "h", "hajah", "haji", "hj",
    "ibu", "ibuk", "ir", "kakek", "kang", "kangmas", "kh", "kiai", "ko", "koh", "kyai", "lek", "lik", "mang", "mas",
    "mba", "mbah", "mbak", "mbakyu", "mbok", "miss", "mr", "mrs", "ms", "nenek", "neng", "ny", "nyai", "nyonya", "om",
    "pak", "pakde", "pakdhe", "paklik", "pakpuh", "prof", "raden", "rm", "rr", "saudara", "saudari", "sdr", "sdri",
    "simbah", "tacik", "tante", "teteh", "tn", "tuan", "ust", "ustad", "ustadz", "ustadzah",
};
static const char *const title_whole[] = {
    "bapak", "bu", "dokter", "ibu", "mas", "mba", "mbah", "mbak", "nyonya", "om", "pak", "saudara", "saudari", "tante",
    "tuan",
};
static const char *const role[] = {
    "adek", "adik", "adikku", "adiknya", "adikq", "anak", "anakku", "anaknya", "anakq", "ayah", "ayahku", "ayahnya",
    "ayahq", "bapakku", "bapaknya", "bapakq", "bendahara", "berkas", "bibi", "bidan", "bojo", "bojoku", "bojonya",
    "bojoq", "calo", "camat", "camatnya", "carik", "cucu", "cucuku", "cucunya", "cucuq", "dokter", "guru", "ibuku",
    "ibunya", "ibuq", "istri", "istriku", "istrinya", "istriq", "janda", "kades", "kadis", "kadus", "kakak", "kakakku",
    "kakaknya", "kakakq", "kakekku", "kakeknya", "kakekq", "kasi", "kasun", "keluarga", "kepala", "keponakan", "kepsek",
    "ketua", "korban", "lurah", "lurahnya", "mahasiswa", "mandor", "menantu", "mertua", "mertuaku", "mertuanya",
    "mertuaq", "modin", "murid", "nelayan", "nenekku", "neneknya", "nenekq", "oknum", "orangtua", "ortu", "paman",
    "pasien", "pedagang", "pegawai", "pelaku", "pelapor", "pemilik", "penerima", "pengemudi", "penghuni", "pengurus",
    "penjual", "perawat", "petugas", "piatu", "ponakan", "ponakanku", "ponakannya", "ponakanq", "putra", "putranya",
    "putri", "putrinya", "saksi", "satpam", "sekeluarga", "sekretaris", "sepupu", "siswa", "sopir", "staf", "staff",
    "suami", "suamiku", "suaminya", "suamiq", "supir", "terduga", "terlapor", "tersangka", "tetangga", "tetanggaku",
    "tetangganya", "tetanggaq", "tukang", "warga", "yatim",
};
static const char *const public[] = {
    "alun", "apotek", "apotik", "balai", "bandara", "brigjen", "cv", "dermaga", "embung", "gapura", "gedung", "gereja",
    "gor", "halte", "hotel", "jembatan", "jend", "jenderal", "jendral", "kali", "kantor", "kapten", "kolam", "kolonel",
    "komplek", "kompleks", "lapangan", "letjen", "letkol", "madrasah", "makam", "masjid", "mayjen", "mesjid", "mgr",
    "mi", "min", "minimarket", "monumen", "mts", "museum", "mushala", "mushola", "musholla", "pabrik", "pasar", "paud",
    "pelabuhan", "perempatan", "pertigaan", "pesantren", "pma", "ponpes", "posyandu", "prapatan", "pt", "puskesmas",
    "rs", "rsi", "rsia", "rsj", "rsu", "rsud", "sd", "sdn", "sekolah", "simpang", "sma", "sman", "smk", "smkn", "smp",
    "smpn", "spbu", "stadion", "stasiun", "sungai", "taman", "terminal", "tk", "tpa", "tpq", "tps", "tugu", "univ",
    "universitas", "waduk", "wisma", "yayasan",
};
static const char *const born[] = {
    "kelahiran", "lahir", "tgllahir", "ttl",
};
static const char *const landmark[] = {
    "barat", "belakang", "blkg", "blkng", "cedhak", "dekat", "deket", "depan", "dkt", "dpan", "dpn", "mburi", "ngarep",
    "pojok", "samping", "sblh", "sebelah", "seberang", "sebrang", "sekitar", "selatan", "smping", "timur", "utara",
};
static const char *const name[] = {
    "alias", "asma", "asmane", "asmanipun", "atasnama", "bernama", "identitas", "jeneng", "jenenge", "jenengipun",
    "jenengku", "kenalkan", "nama", "namaku", "namany", "namanya", "namaq", "namaqu", "name", "nami", "namine",
    "naminipun", "naminya", "nm", "nma", "pelapor", "pemohon", "pengirim", "perkenalkan", "tertanda", "ttd",
};
static const char *const name_fill[] = {
    "adalah", "adik", "adlh", "ak", "aku", "anak", "asli", "ayah", "berikut", "ialah", "is", "istri", "kakak", "kakek",
    "kel", "keluarga", "kepala", "keponakan", "ku", "lengkap", "lgkp", "lkp", "lngkp", "my", "nama", "nenek", "nm",
    "nya", "orang", "orangtua", "ortu", "panggilan", "pasien", "pelanggan", "pelapor", "pemilik", "pemohon", "penerima",
    "pengirim", "ponakan", "pribadi", "saya", "sbb", "sendiri", "suami", "sy", "tangan", "tua", "wali", "ya", "yaa",
    "yaitu", "yang", "yg",
};
static const char *const self[] = {
    "abdi", "ak", "aku", "ane", "aq", "gua", "gue", "gw", "i", "inyong", "kula", "kulo", "nyong", "saia", "saya",
    "sayah", "sy", "sya",
};
static const char *const from[] = {
    "by", "dari", "dr", "facebook", "fb", "fr", "from", "ini", "kami", "melapor", "saking", "this", "ti",
};
static const char *const closing[] = {
    "by", "hormat", "hormati", "kasih", "makasih", "matursuwun", "mksh", "nuhun", "nuwun", "oleh", "regards", "rgds",
    "salam", "sincerely", "suwun", "thanks", "thx", "tks", "trims", "wasalam", "wassalam", "wassalamualaikum", "wslm",
    "wss",
};
static const char *const doc[] = {
    "akta", "akte", "anak", "bpjs", "ektp", "ijazah", "imb", "kartu", "kis", "kk", "kontrakan", "kos", "ktp", "laporan",
    "listrik", "meteran", "pasien", "paspor", "pbb", "pelanggan", "pemilik", "rek", "rekening", "sertifikat", "shm",
    "sim", "stnk", "surat", "token",
};
static const char *const join[] = {
    "al", "bin", "binti", "el", "ibn",
};
static const char *const phone[] = {
    "call", "contact", "cp", "dihubungi", "fax", "handphone", "hape", "hp", "hpku", "hub", "hubungi", "hubungin",
    "kontak", "menghubungi", "mobile", "nohp", "nope", "phone", "tel", "telegram", "telephone", "telepon", "telp",
    "telpon", "tlf", "tlp", "tlpn", "wa", "wasap", "watsap", "whatsapp",
};
static const char *const phone_fill[] = {
    "aja", "aktif", "aku", "at", "atau", "ato", "balik", "bapak", "baru", "bu", "dan", "dengan", "dgn", "di", "ibu",
    "ini", "is", "kantor", "ke", "ku", "lewat", "lurah", "mas", "mbak", "me", "my", "nmr", "no", "nomer", "nomor",
    "nomorku", "number", "nya", "on", "pada", "pak", "person", "q", "rmh", "rt", "rumah", "rw", "saja", "saya", "sy",
    "us", "via", "ya", "yang", "yg",
};
static const char *const id[] = {
    "ektp", "identitas", "induk", "kk", "ktp", "nik", "nikku", "nip", "nisn", "nokk", "noktp", "nonik", "npwp", "nuptk",
    "paspor", "passport", "pelanggan", "sim",
};
static const char *const ticket[] = {
    "aduan", "cabut", "cek", "laporan", "nilai", "pengaduan", "puas", "status", "tambah", "ticket", "tidak", "tiket",
    "tiketnya",
};
static const char *const mail[] = {
    "e", "email", "emailku", "emailnya", "emel", "imel", "mail", "mailku", "surat", "surel",
};
static const char *const provider[] = {
    "aol", "gmail", "gmal", "gmial", "googlemail", "hotmail", "icloud", "live", "mail", "msn", "outlook", "plasa",
    "proton", "protonmail", "rocketmail", "telkom", "yahoo", "ymail",
};
static const char *const tld[] = {
    "ac", "biz", "co", "com", "desa", "edu", "go", "gov", "id", "info", "io", "me", "mil", "my", "net", "or", "org",
    "sch", "sg", "web",
};
static const char *const dot[] = {
    "dot", "dott", "titik",
};
static const char *const at[] = {
    "add", "at", "et",
};
static const char *const account[] = {
    "facebook", "fb", "ig", "instagram", "line", "skype", "tele", "telegram", "tiktok", "twitter",
};
static const char *const account_fill[] = {
    "account", "akun", "id", "is", "ku", "my", "saya", "sy", "username",
};
static const char *const address[] = {
    "address", "alamat", "alamate", "alamatku", "alamatnya", "alamt", "almt", "beralamat",
};
static const char *const home[] = {
    "griyo", "kediaman", "kontrakan", "kos", "kosan", "kost", "omah", "rmh", "rumah",
};
static const char *const home_own[] = {
    "berdomisili", "domisili", "kosku", "omahku", "rmhku", "rumahku",
};
static const char *const stay[] = {
    "bermukim", "kontrak", "kos", "live", "living", "manggon", "menetap", "ngekos", "ngekost", "ngontrak", "reside",
    "stay", "tgal", "tggl", "tinggal", "tinggalnya", "tnggl",
};
static const char *const own[] = {
    "abdi", "aku", "kami", "kita", "ku", "kula", "kulo", "my", "q", "saya", "sy", "sya",
};
static const char *const address_fill[] = {
    "ada", "adalah", "aku", "asli", "at", "di", "domisili", "ds", "in", "is", "kami", "ke", "kita", "ktp", "ku",
    "lengkap", "lengkapnya", "lgkp", "nya", "pelapor", "pengirim", "q", "rmh", "rumah", "rumahnya", "saya", "sekarang",
    "sesuai", "skrg", "sy", "tempat", "tinggal", "yaitu", "yg",
};
static const char *const street[] = {
    "blk", "blok", "desa", "dk", "ds", "dsn", "dukuh", "dusun", "gang", "gg", "gng", "griya", "jalan", "jalannya", "jl",
    "jlan", "jln", "kab", "kampung", "kec", "kecamatan", "kel", "kelurahan", "kmp", "komp", "kompl", "komplek",
    "kompleks", "kp", "lingk", "lorong", "lr", "nmr", "no", "nomer", "nomo", "nomor", "perum", "perumahan", "perumnas",
    "rt", "rw", "street",
};
static const char *const numbered[] = {
    "nmr", "no", "nomer", "nomo", "nomor", "rt", "rw",
};
static const char *const place[] = {
    "anyar", "bahagia", "barat", "baru", "besar", "bunga", "dalam", "damai", "dua", "empat", "gede", "gunung", "hijau",
    "indah", "jaya", "kali", "kampung", "kebun", "kecil", "kidul", "kota", "kraton", "kulon", "kuning", "lama", "lima",
    "lor", "makam", "makmur", "masjid", "merah", "merdeka", "pahlawan", "pasar", "pelajar", "pemuda", "permai",
    "pesantren", "pondok", "pulau", "pusat", "putih", "raya", "rel", "sari", "satu", "sawah", "sejahtera", "sekolah",
    "sekolahan", "selatan", "sungai", "taman", "tanah", "tengah", "tenggara", "tentara", "tiga", "timur", "utama",
    "utara", "wetan",
};
static const char *const unit[] = {
    "ekor", "jiwa", "liter", "orang", "pemilih", "penduduk", "pohon", "rupiah", "suara", "ton",
};
static const char *const skip[] = {
    "dobel", "double", "plus", "tripel", "triple",
};

#define LIST(class, words) [class] = {words, sizeof (words) / sizeof *(words)}
static const struct list {
    const char *const *words;
    size_t count;
} lists[WORD_CLASS_END] = {
    LIST(WORD_GIVEN, given),
    LIST(WORD_GIVEN_TOO, given_too),
    LIST(WORD_TITLE, title),
    LIST(WORD_TITLE_WHOLE, title_whole),
    LIST(WORD_ROLE, role),
    LIST(WORD_PUBLIC, public),
    LIST(WORD_BORN, born),
    LIST(WORD_LANDMARK, landmark),
    LIST(WORD_NAME, name),
    LIST(WORD_NAME_FILL, name_fill),
    LIST(WORD_SELF, self),
    LIST(WORD_FROM, from),
    LIST(WORD_CLOSING, closing),
    LIST(WORD_DOC, doc),
    LIST(WORD_JOIN, join),
    LIST(WORD_PHONE, phone),
    LIST(WORD_PHONE_FILL, phone_fill),
    LIST(WORD_ID, id),
    LIST(WORD_TICKET, ticket),
    LIST(WORD_MAIL, mail),
    LIST(WORD_PROVIDER, provider),
    LIST(WORD_TLD, tld),
    LIST(WORD_DOT, dot),
    LIST(WORD_AT, at),
    LIST(WORD_ACCOUNT, account),
    LIST(WORD_ACCOUNT_FILL, account_fill),
    LIST(WORD_ADDRESS, address),
    LIST(WORD_HOME, home),
    LIST(WORD_HOME_OWN, home_own),
    LIST(WORD_STAY, stay),
    LIST(WORD_OWN, own),
    LIST(WORD_ADDRESS_FILL, address_fill),
    LIST(WORD_STREET, street),
    LIST(WORD_NUMBERED, numbered),
    LIST(WORD_PLACE, place),
    LIST(WORD_UNIT, unit),
    LIST(WORD_SKIP, skip),
};
/* clang-format on */

const char *const *redact_words(enum word_class class, size_t *count)
{
    if (class == WORD_COMMON)
        return redact_words_common(count);
    *count = lists[class].count;
    return lists[class].words;
}

bool redact_word_is(enum word_class class, const char *word, size_t len)
{
    size_t low = 0, high;
    const char *const *words = redact_words(class, &high);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strncmp(word, words[middle], len);
        if (order == 0 && words[middle][len] == '\0')
            return true;
        if (order > 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}
