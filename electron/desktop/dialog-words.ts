/**
 * Texts of the desktop app's own dialogs, for when the screen is not available. They are in the language of the screen,
 * but separate from its messages, which would make every start read eight more files.
 */
export type DialogWords = {
  /** By the plural category of the count. */
  readonly unsent: { readonly other: string } & { readonly [category in Intl.LDMLPluralRule]?: string };
  readonly oldest: string;
  readonly safe: string;
  readonly close: string;
  readonly stay: string;
  readonly badConfig: string;
  readonly cannotOpen: string;
  readonly alreadyOpen: string;
  readonly stopped: string;
  readonly startAgain: string;
  readonly crashing: string;
};

const english: DialogWords = {
  unsent: {
    one: '{count} change hasn’t been sent to head office.',
    other: '{count} changes haven’t been sent to head office.',
  },
  oldest: 'The oldest: {age}.',
  safe: 'Everything is safe on this till. Sending continues the next time Tillside is open.',
  close: 'Close Tillside',
  stay: 'Stay open',
  badConfig: 'Tillside can’t use its configuration',
  cannotOpen: 'Tillside can’t open',
  alreadyOpen: 'Tillside is already open on this computer. Switch to that window, or close it and try again.',
  stopped: 'Tillside stopped',
  startAgain: 'Something went wrong. Everything you saved is safe. Start Tillside again.',
  crashing: 'Tillside keeps crashing. Everything you saved is safe. Tell IT.',
};

/** By the language of a tag such as `fr-CA`. */
export const dialogTexts: { readonly [language: string]: DialogWords } = {
  en: english,
  ar: {
    unsent: {
      zero: 'أُرسلت كل التغييرات إلى المركز الرئيسي.',
      one: 'تغيير واحد لم يُرسل إلى المركز الرئيسي.',
      two: 'تغييران لم يُرسلا إلى المركز الرئيسي.',
      few: '{count} تغييرات لم تُرسل إلى المركز الرئيسي.',
      many: '{count} تغييرًا لم تُرسل إلى المركز الرئيسي.',
      other: '{count} تغيير لم تُرسل إلى المركز الرئيسي.',
    },
    oldest: 'الأقدم: {age}.',
    safe: 'كل شيء آمن على هذا الصندوق. يستمر الإرسال عند فتح Tillside في المرة القادمة.',
    close: 'إغلاق Tillside',
    stay: 'إبقاؤه مفتوحًا',
    badConfig: 'لا يستطيع Tillside استخدام ملف الإعداد',
    cannotOpen: 'تعذّر فتح Tillside',
    alreadyOpen: 'Tillside مفتوح بالفعل على هذا الكمبيوتر. انتقل إلى تلك النافذة، أو أغلقها وحاول مرة أخرى.',
    stopped: 'توقف Tillside',
    startAgain: 'حدثت مشكلة. كل ما حفظته آمن. شغّل Tillside من جديد.',
    crashing: 'يتعطل Tillside مرارًا. كل ما حفظته آمن. أخبر قسم التقنية.',
  },
  de: {
    unsent: {
      one: '{count} Änderung wurde noch nicht an die Zentrale gesendet.',
      other: '{count} Änderungen wurden noch nicht an die Zentrale gesendet.',
    },
    oldest: 'Die älteste: {age}.',
    safe: 'Auf dieser Kasse ist alles sicher. Gesendet wird weiter, wenn Tillside das nächste Mal geöffnet ist.',
    close: 'Tillside schließen',
    stay: 'Geöffnet lassen',
    badConfig: 'Tillside kann seine Konfiguration nicht verwenden',
    cannotOpen: 'Tillside kann nicht geöffnet werden',
    alreadyOpen:
      'Tillside ist auf diesem Computer schon geöffnet. Wechseln Sie zu dem anderen Fenster, oder schließen Sie es und versuchen Sie es erneut.',
    stopped: 'Tillside wurde beendet',
    startAgain:
      'Etwas ist schiefgegangen. Alles, was Sie gespeichert haben, ist sicher. Starten Sie Tillside noch einmal.',
    crashing:
      'Tillside stürzt immer wieder ab. Alles, was Sie gespeichert haben, ist sicher. Sagen Sie der IT Bescheid.',
  },
  es: {
    unsent: {
      one: '{count} cambio aún no se ha enviado a la central.',
      many: '{count} cambios aún no se han enviado a la central.',
      other: '{count} cambios aún no se han enviado a la central.',
    },
    oldest: 'El más antiguo: {age}.',
    safe: 'Todo está a salvo en esta caja. El envío continúa la próxima vez que Tillside esté abierto.',
    close: 'Cerrar Tillside',
    stay: 'Dejar abierto',
    badConfig: 'Tillside no puede usar su configuración',
    cannotOpen: 'Tillside no se puede abrir',
    alreadyOpen: 'Tillside ya está abierto en este equipo. Cambie a esa ventana, o ciérrela y vuelva a intentarlo.',
    stopped: 'Tillside se ha detenido',
    startAgain: 'Algo ha salido mal. Todo lo que guardó está a salvo. Inicie Tillside de nuevo.',
    crashing: 'Tillside se cierra una y otra vez. Todo lo que guardó está a salvo. Avise a informática.',
  },
  fr: {
    unsent: {
      one: '{count} modification n’a pas été envoyée au siège.',
      many: '{count} modifications n’ont pas été envoyées au siège.',
      other: '{count} modifications n’ont pas été envoyées au siège.',
    },
    oldest: 'La plus ancienne : {age}.',
    safe: 'Tout est en sécurité sur cette caisse. L’envoi reprend à la prochaine ouverture de Tillside.',
    close: 'Fermer Tillside',
    stay: 'Laisser ouvert',
    badConfig: 'Tillside ne peut pas utiliser sa configuration',
    cannotOpen: 'Tillside ne peut pas s’ouvrir',
    alreadyOpen: 'Tillside est déjà ouvert sur cet ordinateur. Passez à l’autre fenêtre, ou fermez-la et réessayez.',
    stopped: 'Tillside s’est arrêté',
    startAgain: 'Un problème est survenu. Tout ce que vous avez enregistré est en sécurité. Relancez Tillside.',
    crashing:
      'Tillside plante à répétition. Tout ce que vous avez enregistré est en sécurité. Prévenez le service informatique.',
  },
  hi: {
    unsent: {
      one: '{count} बदलाव मुख्यालय को नहीं भेजा गया है।',
      other: '{count} बदलाव मुख्यालय को नहीं भेजे गए हैं।',
    },
    oldest: 'सबसे पुराना: {age}।',
    safe: 'इस टिल पर सब कुछ सुरक्षित है। अगली बार Tillside खुलने पर भेजना जारी रहेगा।',
    close: 'Tillside बंद करें',
    stay: 'खुला रखें',
    badConfig: 'Tillside अपना कॉन्फ़िगरेशन इस्तेमाल नहीं कर पा रहा',
    cannotOpen: 'Tillside नहीं खुल पा रहा',
    alreadyOpen: 'Tillside इस कंप्यूटर पर पहले से खुला है। उस विंडो पर जाएँ, या उसे बंद करके दोबारा कोशिश करें।',
    stopped: 'Tillside रुक गया',
    startAgain: 'कुछ गड़बड़ हुई। आपका सहेजा हुआ सब कुछ सुरक्षित है। Tillside फिर से शुरू करें।',
    crashing: 'Tillside बार-बार बंद हो रहा है। आपका सहेजा हुआ सब कुछ सुरक्षित है। IT को बताएँ।',
  },
  id: {
    unsent: { other: '{count} perubahan belum dikirim ke kantor pusat.' },
    oldest: 'Yang terlama: {age}.',
    safe: 'Semuanya aman di mesin kasir ini. Pengiriman dilanjutkan saat Tillside dibuka lagi.',
    close: 'Tutup Tillside',
    stay: 'Biarkan terbuka',
    badConfig: 'Tillside tidak bisa memakai konfigurasinya',
    cannotOpen: 'Tillside tidak bisa dibuka',
    alreadyOpen: 'Tillside sudah terbuka di komputer ini. Pindah ke jendela itu, atau tutup lalu coba lagi.',
    stopped: 'Tillside berhenti',
    startAgain: 'Terjadi masalah. Semua yang Anda simpan aman. Jalankan Tillside lagi.',
    crashing: 'Tillside berulang kali berhenti mendadak. Semua yang Anda simpan aman. Beri tahu TI.',
  },
  zh: {
    unsent: { other: '{count} 条更改未发送到总部。' },
    oldest: '最早的：{age}。',
    safe: '一切都安全存放在本收银台。下次打开 Tillside 时会继续发送。',
    close: '关闭 Tillside',
    stay: '保持打开',
    badConfig: 'Tillside 无法使用其配置',
    cannotOpen: 'Tillside 无法打开',
    alreadyOpen: 'Tillside 已在这台电脑上打开。请切换到那个窗口，或将其关闭后重试。',
    stopped: 'Tillside 已停止',
    startAgain: '出了问题。您保存的内容都是安全的。请重新启动 Tillside。',
    crashing: 'Tillside 反复崩溃。您保存的内容都是安全的。请告知 IT。',
  },
};

/** @param tag a language tag; an unknown language gives English */
export function dialogWords(tag: string): DialogWords {
  return dialogTexts[tag.split('-')[0] ?? ''] ?? english;
}
