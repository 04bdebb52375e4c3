/**
 * Names for the sample customers. A name in another script is followed by its Latin spelling, which is used for the
 * email.
 */
export type Region = {
  readonly country: string;
  /** Share of the sample, relative to the sum of all shares. */
  readonly share: number;
  readonly callingCode: string;
  /** First digits of a mobile after the calling code, and how many digits follow. */
  readonly mobilePrefixes: readonly string[];
  readonly digitsAfterPrefix: number;
  readonly cities: readonly string[];
  readonly language: string;
  readonly given: readonly string[];
  readonly family: readonly string[];
  /** Two family names, as in Spain. */
  readonly doubleSurname?: boolean;
};

const words = (text: string): readonly string[] =>
  text
    .trim()
    .split(/\s+/)
    .map((word) => word.replaceAll('_', ' '));

export const regions: readonly Region[] = [
  {
    country: 'IN',
    share: 46,
    callingCode: '91',
    mobilePrefixes: ['98', '99', '97', '96', '94', '90'],
    digitsAfterPrefix: 8,
    cities: ['Mumbai', 'Delhi', 'Bengaluru', 'Chennai', 'Kolkata', 'Hyderabad', 'Pune', 'Jaipur', 'Kochi', 'Lucknow'],
    language: 'हिन्दी',
    given: words(`Aarav Aditi Ajay Akash Amit Ananya Anil Anjali Arjun Arun Asha Bhavna Chetan Deepa Deepak Devika Divya
      Farah Ganesh Gauri Harish Imran Indira Ishaan Jaya Karan Kavita Kiran Lakshmi Leela Madhu Manish Meena Meera Mohan
      Naina Naveen Neha Nikhil Nisha Pooja Pradeep Pranav Priya Rahul Rajesh Rakesh Ravi Rekha Rohan Sachin Sana Sanjay
      Sarita Shreya Sita Sneha Sunil Suresh Swati Tanvi Uma Usha Varun Vidya Vijay Vikram Yasmin Zoya`),
    family:
      words(`Agarwal Ahmed Banerjee Bhat Bose Chatterjee Chauhan Chopra Das Desai Deshpande D'Souza Fernandes Gandhi
      Ghosh Gupta Hegde Iyer Jain Joshi Kapoor Khan Krishnan Kulkarni Kumar Kurian Malhotra Mehta Menon Mishra Mukherjee
      Nair Naidu Pandey Patel Patil Pillai Qureshi Raman Rao Reddy Saxena Sen Shah Sharma Shetty Singh Sinha Subramanian
      Tiwari Varma Venkatesh Verma Yadav`),
  },
  {
    country: 'GB',
    share: 9,
    callingCode: '44',
    mobilePrefixes: ['7400', '7401', '7402'],
    digitsAfterPrefix: 6,
    cities: ['London', 'Leeds', 'Bristol', 'Glasgow', 'Cardiff', 'Belfast', 'York'],
    language: 'English',
    given:
      words(`Alice Amelia Arthur Charlotte Chloë Daniel Dylan Eleanor Emily Ffion Finlay George Grace Harry Imogen Isla
      Jack James Lily Niamh Oliver Oscar Poppy Rhys Rita Rory Rosie Siân Sophie Thomas William Zoë`),
    family:
      words(`Adams Ashworth Bailey Brown Carter Clarke Davies Evans Fletcher Green Hughes James Jones Kelly MacDonald
      Morgan O'Brien O'Neill Owen Patel Robinson Smith-Jones Taylor Thompson Walker White Wilson Wright`),
  },
  {
    country: 'ES',
    share: 7,
    callingCode: '34',
    mobilePrefixes: ['612', '622', '655', '678'],
    digitsAfterPrefix: 6,
    cities: ['Madrid', 'Sevilla', 'Málaga', 'A Coruña', 'Barcelona', 'Cádiz'],
    language: 'Español',
    doubleSurname: true,
    given: words(`Álvaro Ana Andrés Begoña Carmen Concepción Daniel Elena Íñigo Inés Iván Javier José Julián Lucía María
      Martín Mónica Nerea Óscar Paula Raúl Rocío Sebastián Sofía Ximena`),
    family: words(`Álvarez Castaño Domínguez Fernández García Gómez González Gutiérrez Hernández Ibáñez Jiménez López
      Martínez Muñoz Núñez Ordóñez Peña Pérez Ramírez Rodríguez Ruiz Sánchez Vázquez Zúñiga`),
  },
  {
    country: 'FR',
    share: 6,
    callingCode: '33',
    mobilePrefixes: ['612', '623', '645', '661'],
    digitsAfterPrefix: 6,
    cities: ['Paris', 'Lyon', 'Orléans', 'Saint-Étienne', 'Nîmes', 'Besançon'],
    language: 'Français',
    given:
      words(`Adèle Aurélie Benoît Camille Cédric Chloé Élodie Émile François Gaëlle Hélène Jean-Luc Joël Léa Loïc Maëlle
      Margaux Mathéo Noémie Océane Raphaël Rémy Séverine Théo Thérèse Zoé`),
    family: words(`Bélanger Besson Chevalier Côté Dubois Dupré Faure Fontaine Gauthier Girard Lefèvre Legrand Lemoîne
      Mercier Moreau Noël Pélissier Renaud Rivière Rousseau Sauvé Séguin Thibault`),
  },
  {
    country: 'DE',
    share: 6,
    callingCode: '49',
    mobilePrefixes: ['1511', '1512', '1522', '1573'],
    digitsAfterPrefix: 7,
    cities: ['Berlin', 'München', 'Köln', 'Düsseldorf', 'Nürnberg', 'Leipzig'],
    language: 'Deutsch',
    given:
      words(`Anja Björn Claudia Dörte Emil Friederike Günther Hannah Heike Jannik Jörg Jürgen Käthe Klaus Lena Lukas
      Mareike Matthias Moritz Sabine Sören Ulrike Uwe Wolfgang`),
    family:
      words(`Bauer Böhm Fischer Frühauf Großmann Hoffmann Jäger Kaiser Köhler Krüger Lange Möller Müller Neumann Preuß
      Richter Schäfer Schmidt Schröder Vogel Weiß Winkler Zöller`),
  },
  {
    country: 'ID',
    share: 7,
    callingCode: '62',
    mobilePrefixes: ['812', '813', '821', '852'],
    digitsAfterPrefix: 8,
    cities: ['Jakarta', 'Surabaya', 'Bandung', 'Medan', 'Yogyakarta', 'Denpasar'],
    language: 'Bahasa Indonesia',
    given:
      words(`Adi Agus Ayu Bambang Budi Citra Dewi Dian Eka Fajar Gita Hendra Indah Joko Kartika Made Ningsih Nurul Putri
      Rina Sri Sukarno Suharto Surya Tri Wahyu Wati Wayan Yanti Yudi`),
    family:
      words(`Gunawan Hartono Hidayat Kurniawan Kusuma Lestari Nugroho Permata Pratama Purnomo Rahayu Santoso Saputra
      Setiawan Siregar Susanto Utami Wibowo Wijaya`),
  },
  {
    country: 'AE',
    share: 4,
    callingCode: '971',
    mobilePrefixes: ['501', '502', '551', '561'],
    digitsAfterPrefix: 6,
    cities: ['دبي', 'أبوظبي', 'الشارقة'],
    language: 'العربية',
    given: words(`محمد|mohammed فاطمة|fatima خالد|khalid مريم|maryam سلطان|sultan نورة|noura راشد|rashid حصة|hessa
      سعيد|saeed شيخة|sheikha يوسف|yousef عائشة|aisha`),
    family:
      words(`المنصوري|almansoori الكعبي|alkaabi النعيمي|alnuaimi الشامسي|alshamsi المزروعي|almazrouei الهاشمي|alhashimi
      الفلاسي|alfalasi القبيسي|alqubaisi`),
  },
  {
    country: 'EG',
    share: 3,
    callingCode: '20',
    mobilePrefixes: ['100', '111', '122'],
    digitsAfterPrefix: 7,
    cities: ['القاهرة', 'الإسكندرية', 'الجيزة'],
    language: 'العربية',
    given: words(`أحمد|ahmed منى|mona مصطفى|mostafa هبة|heba عمر|omar ياسمين|yasmin كريم|karim نادية|nadia طارق|tarek
      سلمى|salma حسن|hassan ليلى|layla`),
    family:
      words(`عبد_الرحمن|abdelrahman السيد|elsayed إبراهيم|ibrahim حسنين|hassanein شريف|sherif فهمي|fahmy منصور|mansour
      رمضان|ramadan`),
  },
  {
    country: 'CN',
    share: 4,
    callingCode: '86',
    mobilePrefixes: ['138', '139', '150', '186'],
    digitsAfterPrefix: 8,
    cities: ['北京', '上海', '广州', '成都'],
    language: '中文',
    given:
      words(`伟|wei 芳|fang 娜|na 秀英|xiuying 敏|min 静|jing 丽|li 强|qiang 磊|lei 军|jun 洋|yang 勇|yong 艳|yan 杰|jie
      娟|juan 涛|tao 明|ming 超|chao 霞|xia 平|ping`),
    family: words(`王|wang 李|li 张|zhang 刘|liu 陈|chen 杨|yang 黄|huang 赵|zhao 吴|wu 周|zhou 徐|xu 孙|sun 欧阳|ouyang
      司马|sima`),
  },
  {
    country: 'JP',
    share: 3,
    callingCode: '81',
    mobilePrefixes: ['901', '802', '703'],
    digitsAfterPrefix: 7,
    cities: ['東京', '大阪', '京都', '札幌'],
    language: '日本語',
    given:
      words(`陽菜|hina 蓮|ren 結衣|yui 大翔|hiroto さくら|sakura 翔太|shota 美咲|misaki 健一|kenichi ユキ|yuki 直樹|naoki
      花子|hanako 太郎|taro`),
    family: words(`佐藤|sato 鈴木|suzuki 高橋|takahashi 田中|tanaka 伊藤|ito 渡辺|watanabe 山本|yamamoto 中村|nakamura
      小林|kobayashi 加藤|kato`),
  },
  {
    country: 'KR',
    share: 2,
    callingCode: '82',
    mobilePrefixes: ['10'],
    digitsAfterPrefix: 8,
    cities: ['서울', '부산', '인천'],
    language: 'English',
    given: words(
      `민준|minjun 서연|seoyeon 도윤|doyun 지우|jiwoo 하은|haeun 준호|junho 수빈|subin 예진|yejin 현우|hyunwoo`,
    ),
    family: words('김|kim 이|lee 박|park 최|choi 정|jung 강|kang 조|cho 윤|yoon 남궁|namgung'),
  },
  {
    country: 'BR',
    share: 3,
    callingCode: '55',
    mobilePrefixes: ['119', '219', '319', '719'],
    digitsAfterPrefix: 8,
    cities: ['São Paulo', 'Brasília', 'Goiânia', 'Florianópolis', 'Belém'],
    language: 'English',
    doubleSurname: true,
    given: words(`Antônio Beatriz Caio Débora Fábio Gabriela Heloísa Igor João Júlia Letícia Luís Márcia Otávio Patrícia
      Simão Thaís Vitória`),
    family: words(`Araújo Assunção Barbosa Brandão Conceição Fonseca Gonçalves Magalhães Oliveira Pereira Ribeiro Simões
      Sousa Teixeira Vasconcelos`),
  },
];
