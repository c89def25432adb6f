/* SPDX-License-Identifier: BSD-2-Clause */
/* The lists, each sorted (a test holds them so), and the search in them. */
#include "redact_words.h"

#include <string.h>

/* clang-format off */
static const char *const given[] = {
    "abdul", "abdullah", "abdurrahman", "achmad", "adam", "adinda", "aditya", "afandi", "afif", "agnes", "agus",
    "agustin", "agustina", "agustinus", "ahmad", "ainun", "ajeng", "akbar", "akhmad", "alamsyah", "alfi", "alfian",
    "ali", "alif", "alvaro", "amalia", "amanda", "amin", "aminah", "aminudin", "amir", "anang", "andi", "andik",
    "andika", "andre", "andri", "andriani", "andy", "angga", "anggi", "anggraini", "anis", "anisa", "anissa", "anita",
    "anjar", "antok", "anton", "antonius", "anwar", "apriliani", "ardi", "ardian", "ardiansyah", "arief", "arif",
    "arifin", "arini", "aris", "aristya", "arman", "arum", "asep", "asih", "asmadi", "asmah", "asmarani", "asmawi",
    "asnawi", "astri", "astuti", "atik", "atun", "aulia", "azis", "aziz", "azizah", "badrun", "bagas", "bagyo",
    "bahrul", "bambang", "baskoro", "basuki", "bayu", "beni", "benny", "bowo", "budhi", "budi", "budiman", "budiono",
    "budiyanto", "burhan", "busro", "butarbutar", "cahyadi", "cahyono", "candra", "casmadi", "casmari", "casmuni",
    "castro", "cecep", "chandra", "chotimah", "cici", "citra", "dadang", "damar", "damayanti", "danang", "dani",
    "daniel", "danu", "darmadi", "darmanto", "darmawan", "darmi", "darno", "darsono", "darto", "darwati", "daryanto",
    "daryono", "david", "dayat", "dedek", "dedi", "dedy", "deni", "denny", "deny", "desi", "desy", "devi", "dewi",
    "dhani", "dian", "diana", "didik", "didin", "dika", "dimas", "dina", "dinda", "dini", "djoko", "dodi", "doni",
    "donny", "dudung", "dulrohman", "durahman", "dwiyanto", "dyah", "edi", "edy", "efendi", "effendi", "eka", "eko",
    "eli", "elis", "elisabeth", "elly", "elsa", "emi", "encep", "endah", "endang", "endro", "eni", "enny", "erna",
    "ernawati", "erni", "erwin", "esti", "eti", "eva", "evi", "fadhil", "fadli", "faisal", "faizal", "farah", "farhan",
    "farid", "farida", "fatimah", "fatkhur", "fatoni", "fauzan", "fauzi", "fauziah", "febri", "ferdi", "feri", "ferry",
    "fitri", "fitria", "fitriani", "fitriyah", "franky", "fransiska", "galih", "galuh", "gatot", "ghofur", "gilang",
    "gina", "ginting", "giyanto", "gunarto", "gunawan", "guntur", "guruh", "hadi", "hadiyanto", "hafid", "hafidz",
    "hakim", "halimah", "hamdan", "hamid", "hamzah", "handayani", "handoko", "hanif", "hanifah", "harahap", "hartati",
    "hartini", "hartono", "hartoyo", "haryadi", "haryanto", "haryati", "haryono", "hasan", "hasanah", "hasyim",
    "hendra", "hendri", "hendro", "hendy", "heni", "henny", "heri", "herlambang", "herlina", "herman", "hermansyah",
    "hermanto", "hermawan", "heru", "hery", "hesti", "hidayah", "hidayat", "hidayati", "husein", "husna", "husni",
    "hutapea", "ibnu", "ibrahim", "ida", "idah", "idris", "ika", "ilham", "ilyas", "imran", "imron", "ina", "inayah",
    "indra", "indrawati", "indri", "indriani", "ining", "ira", "irawan", "irfan", "irma", "irwan", "isa", "iskandar",
    "ismail", "isnaini", "istiqomah", "ita", "ivan", "iwan", "iyan", "izza", "jaelani", "jaenal", "jafar", "jajang",
    "jamal", "jamaludin", "jamilah", "januar", "jarwo", "jati", "jefri", "jenny", "jhony", "johan", "joko", "joni",
    "jono", "jumadi", "jumari", "jumiati", "juminten", "jumirah", "junaedi", "junaidi", "junarti", "jusuf", "juwariyah",
    "kadarsih", "kadir", "kamal", "kamaludin", "kamsir", "karman", "karmin", "karno", "karsini", "karsono", "kartijo",
    "kartika", "karto", "kartono", "karyadi", "karyono", "kasiman", "kasmadi", "kasmari", "kasmin", "kasmuri", "kasno",
    "kasturi", "kevin", "khadijah", "khairul", "khoirul", "khoirunisa", "kholid", "kholifah", "kholil", "kholis",
    "khotimah", "khusnul", "komariah", "komarudin", "krisna", "kristanto", "kuncoro", "kurnia", "kurniasih", "kurniati",
    "kurniawan", "kusmanto", "kusmiyati", "kusnadi", "kusno", "kusuma", "kuswanto", "laila", "lasmi", "lastri", "leni",
    "leo", "lia", "lili", "lilik", "lilis", "lina", "linda", "lisa", "lita", "lubis", "lukman", "lulu", "luluk", "lusi",
    "lutfi", "lutfiah", "luthfi", "mahfud", "mahfudz", "mahmud", "maimunah", "malik", "mansur", "mansyur", "manurung",
    "margono", "maria", "mariam", "mariana", "mariyah", "marjono", "marno", "marpaung", "marsih", "marsono", "martin",
    "martini", "martono", "marwan", "maryam", "maryanto", "maryati", "maryono", "masduki", "maskur", "masriah",
    "mastur", "maulana", "maya", "mbarep", "megawati", "meilani", "melinda", "mia", "michael", "miftah", "miftahul",
    "mila", "mira", "misbah", "mochamad", "mochammad", "mohamad", "mohammad", "muchlis", "mudjiono", "mufid",
    "muhaimin", "muhamad", "muhammad", "muhtar", "muji", "mujib", "mujiono", "mujiyanto", "mukhlis", "mukti", "mulyadi",
    "mulyana", "mulyani", "mulyanto", "mulyati", "mulyono", "munawar", "munir", "muryani", "musa", "muslih",
    "muslikhah", "muslimin", "mustakim", "mustaqim", "mustofa", "mutia", "mutmainah", "muzaki", "nadia", "nadya",
    "naila", "nainggolan", "nanang", "nanda", "nani", "nanik", "nasir", "nasrudin", "nasution", "nata", "neneng",
    "ngadiman", "ngadiyo", "ngatemi", "ngatiman", "ngatinah", "nia", "nina", "ningsih", "nining", "nisa", "nita",
    "noor", "nova", "novi", "novia", "novianti", "novita", "nugraha", "nugroho", "nunung", "nur", "nurchasanah",
    "nurdin", "nurhadi", "nurhayati", "nurhidayah", "nuril", "nurjanah", "nurlaela", "nurman", "nurohman", "nurul",
    "nuryadi", "nuryanto", "nyoman", "oktavia", "opik", "otong", "paijan", "paijo", "paimin", "paimun", "painem",
    "pakpahan", "pandu", "panjaitan", "panji", "panut", "pardi", "parjo", "parman", "parmin", "partini", "parto",
    "paryono", "permadi", "permana", "pipit", "poniman", "ponimin", "poniyem", "prabowo", "pradana", "pramono",
    "prasetya", "prasetyo", "prastowo", "pratama", "pratiwi", "prayitno", "prayogo", "priyanto", "priyono", "puji",
    "pujiati", "pujiono", "purba", "purnomo", "purwadi", "purwaningsih", "purwanti", "purwanto", "purwati", "puspita",
    "puspitasari", "putra", "putri", "qomariah", "qori", "rachman", "rachmat", "raden", "raditya", "rafi", "rahardjo",
    "raharjo", "rahayu", "rahma", "rahmad", "rahman", "rahmat", "rahmawati", "rahmi", "ramadhan", "ramadhani", "ramli",
    "rani", "rasmini", "ratih", "ratna", "ratnasari", "rendi", "reni", "renny", "retno", "reza", "rian", "riana",
    "ridho", "ridwan", "rifai", "rifki", "rika", "riki", "riko", "rina", "rini", "riri", "riris", "risa", "riska",
    "riski", "risma", "rita", "riyadi", "riyanti", "riyanto", "riza", "rizal", "rizki", "rizky", "rizqi", "robert",
    "robi", "rochmah", "rochman", "rochmani", "rochmat", "rofik", "rofiq", "rohani", "rohimah", "rohmah", "rohman",
    "rohmat", "rokhim", "rokhmah", "romlah", "roni", "ronny", "rosidah", "rosidi", "rosita", "rosyid", "rudi", "rudy",
    "rukmini", "rusdi", "ruslan", "rusli", "rusmini", "rusmiyati", "rusnoto", "rustam", "saefudin", "saeful", "saepul",
    "safitri", "sahid", "saifudin", "saiful", "sakinah", "salamah", "salim", "salma", "samidi", "samiran", "samsudin",
    "samsul", "sandi", "sandra", "santi", "santosa", "santoso", "sapto", "sarah", "sardi", "sarif", "sarinah", "sarmin",
    "sarno", "sarwono", "saryono", "satria", "satrio", "satrya", "sembiring", "septi", "septian", "setiadi", "setiawan",
    "setiawati", "setyaningsih", "setyawan", "setyo", "setyowati", "sholeh", "sholikhin", "sholikin", "sidik", "sigit",
    "silalahi", "silvia", "simanjuntak", "simatupang", "sinaga", "sinta", "siregar", "siska", "siswanto", "siswoyo",
    "siti", "sitorus", "situmorang", "slamet", "sobirin", "sodikin", "sofyan", "soim", "soleh", "solichin", "solikhah",
    "solikhin", "solikin", "soni", "sonny", "sopian", "sri", "sriyono", "subagyo", "subandi", "subekti", "subhan",
    "subroto", "subur", "sucipto", "sudarmaji", "sudarmi", "sudarmo", "sudarno", "sudarsono", "sudarto", "sudaryanto",
    "sudibyo", "sudirjo", "sudiro", "sudiyono", "sudrajat", "sugeng", "sugianto", "sugiarto", "sugiharto", "sugiono",
    "sugito", "sugiyanto", "sugiyarti", "sugiyono", "suhadi", "suhardi", "suharno", "suharti", "suharto", "suhartono",
    "suharyanto", "suherman", "suhud", "sujarwo", "sujatmiko", "sujono", "sukamto", "sukardi", "sukarman", "sukarni",
    "sukarno", "sukarti", "sukijo", "sukiman", "sukini", "sukirman", "sukirno", "sukma", "sukmawati", "sulaiman",
    "sulastri", "sulis", "sulistiyo", "sulistyo", "sulistyorini", "sulistyowati", "sumardi", "sumarni", "sumarno",
    "sumarsih", "sumarsono", "sumartini", "sumarto", "sumiati", "sumini", "sumiyati", "sunandar", "sunardi", "sunarno",
    "sunarsih", "sunarti", "sunarto", "sunarya", "sunaryo", "sundari", "sundoro", "supangat", "supardi", "suparjo",
    "suparman", "suparmi", "suparmin", "suparno", "suparti", "suparto", "supono", "suprapti", "suprapto", "supri",
    "supriadi", "supriatna", "supriyadi", "supriyanto", "supriyati", "supriyatno", "supriyono", "suradi", "surati",
    "suratman", "suratmi", "suratno", "surono", "suroso", "suroto", "surya", "suryadi", "suryana", "suryani",
    "suryanto", "suryati", "suryo", "susan", "susana", "susanti", "susanto", "susi", "susilawati", "susilo",
    "susilowati", "susiyanti", "sutarjo", "sutarmi", "sutarno", "sutarti", "sutejo", "sutikno", "sutinah", "sutini",
    "sutiyono", "sutopo", "sutoyo", "sutrisni", "sutrisno", "suwandi", "suwanto", "suwardi", "suwarni", "suwarno",
    "suwarsih", "suwarti", "suwarto", "suwito", "suwondo", "suyanti", "suyanto", "suyati", "suyatmi", "suyatno",
    "suyitno", "suyono", "syafii", "syafrudin", "syahrul", "syaiful", "syamsudin", "syamsul", "syarif", "syarifah",
    "syifa", "syukri", "tambunan", "tarigan", "tarjo", "tarmidi", "tarmin", "tarno", "tarsono", "tarwiyah", "taryono",
    "taslim", "tasripin", "tatang", "tatik", "taufan", "taufik", "taufiq", "tedi", "teguh", "tejo", "temon", "theresia",
    "tika", "tina", "tini", "tino", "titi", "titin", "tjandra", "tofik", "toha", "tohari", "tohir", "toni", "tono",
    "tony", "topik", "toto", "totok", "tri", "trimo", "triono", "trisnawati", "trisno", "triyanto", "triyono",
    "tugiman", "tugiyo", "tukijan", "tukijo", "tukiman", "tukimin", "tukinem", "tukino", "tuminah", "tumini", "tumiran",
    "turah", "turmudi", "turyati", "tuti", "tutik", "tyas", "ucok", "udin", "ujang", "ulfa", "ulfah", "ulil", "umam",
    "umar", "umi", "ummi", "untoro", "urip", "usman", "ustman", "uswatun", "utami", "utomo", "uus", "vera", "veronika",
    "vicky", "vina", "vino", "vita", "vivi", "wagiman", "wagimin", "wagino", "wahid", "wahidin", "wahono", "wahyudi",
    "wahyuni", "wahyuningsih", "wakhid", "waluyo", "wandi", "wanti", "warjo", "warni", "warno", "warsito", "warsono",
    "wartini", "wasis", "wasito", "waskito", "wasmuri", "wawan", "wayan", "wibowo", "wicaksono", "widi", "widiastuti",
    "widodo", "widya", "widyastuti", "wijaya", "wijayanti", "winarni", "winarno", "winarsih", "winarti", "wiwik",
    "wiwin", "wiwit", "wiyono", "wulan", "wulandari", "yadi", "yahya", "yani", "yanti", "yanto", "yanuar", "yasin",
    "yati", "yatno", "yayan", "yayuk", "yeni", "yenny", "yoga", "yogi", "yohanes", "yono", "yopi", "yosef", "yuda",
    "yudha", "yudi", "yuli", "yulia", "yuliana", "yulianti", "yulianto", "yuliati", "yunita", "yunus", "yusri",
    "yustina", "yusuf", "yusup", "zaenab", "zaenal", "zaenudin", "zahra", "zaid", "zainab", "zainal", "zainudin",
    "zainuri", "zakaria", "zaki", "zakiyah", "zubaidah", "zuhri", "zulaikha", "zulfa", "zulfikar", "zulkifli",
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
    "abang", "alm", "almarhum", "almarhumah", "almh", "bang", "bapak", "bp", "bpk", "bu", "bude", "budhe", "bulik",
    "cak", "ceu", "dokter", "dr", "dra", "drs", "eyang", "gus", "h", "hajah", "haji", "hj", "ibu", "ibuk", "ir", "kang",
    "kh", "kiai", "kyai", "mas", "mba", "mbah", "mbak", "mbakyu", "mbok", "miss", "mr", "mrs", "ms", "neng", "ny",
    "nyai", "nyonya", "om", "pak", "pakde", "pakdhe", "paklik", "prof", "raden", "rm", "rr", "saudara", "saudari",
    "sdr", "sdri", "simbah", "tante", "teteh", "tn", "tuan", "ust", "ustad", "ustadz", "ustadzah",
};
static const char *const title_whole[] = {
    "bapak", "bu", "dokter", "ibu", "mas", "mba", "mbah", "mbak", "nyonya", "om", "pak", "saudara", "saudari", "tante",
    "tuan",
};
static const char *const name[] = {
    "alias", "asma", "asmane", "asmanipun", "bernama", "identitas", "jeneng", "jenenge", "jenengku", "kenalkan", "nama",
    "namaku", "namanya", "name", "nami", "namine", "naminipun", "naminya", "nm", "pelapor", "pemohon", "pengirim",
    "perkenalkan", "tertanda", "ttd",
};
static const char *const name_fill[] = {
    "adalah", "adik", "adlh", "ak", "aku", "anak", "asli", "ayah", "berikut", "ialah", "is", "istri", "kakak", "kakek",
    "kel", "keluarga", "kepala", "keponakan", "ku", "lengkap", "lgkp", "lkp", "lngkp", "my", "nama", "nenek", "nm",
    "nya", "orang", "orangtua", "ortu", "panggilan", "pasien", "pelanggan", "pelapor", "pemilik", "pemohon", "penerima",
    "pengirim", "ponakan", "pribadi", "saya", "sbb", "sendiri", "suami", "sy", "tangan", "tua", "wali", "ya", "yaa",
    "yaitu", "yang", "yg",
};
static const char *const self[] = {
    "abdi", "ak", "aku", "ane", "gua", "gue", "i", "inyong", "kula", "kulo", "nyong", "saya", "sy", "sya",
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
    "paspor", "passport", "sim",
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
    "bermukim", "kontrak", "kos", "live", "living", "manggon", "menetap", "ngekos", "ngontrak", "reside", "stay",
    "tinggal",
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
