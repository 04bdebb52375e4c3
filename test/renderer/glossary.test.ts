/** One word for one thing: the texts against the list of words that staff no longer read. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formsOf, readAll } from './message-files.ts';

type Rule = {
  /** What no text may say. */
  readonly never: RegExp;
  readonly say: string;
  /** Texts whose wording other programs rely on, or that mean something else. */
  readonly except?: readonly string[];
};

const rules: readonly Rule[] = [
  // “Updates” is the name of the page.
  {
    never: /\b(?:[Uu]pdate|updates|[Uu]pdated|[Uu]pdating)\b/,
    say: '“change” for a correction, “new version” for a release',
  },
  { never: /\b(?:server|loyalty api)\b/i, say: '“head office”' },
  { never: /\bmachine\b/i, say: '“till” for this Tillside, “computer” for the hardware' },
  {
    never: /\b(?:the line|a line is|when the line|connected again|lose the)\b/i,
    say: '“connection”, “offline”, “back online”',
  },
  { never: /\b(?:not kept|is whole|the data is whole)\b/i, say: '“saved”, “not saved”' },
  {
    never: /\b(?:goes|by itself|by themselves|its way|on their way|is with head office)\b/i,
    say: '“is sent”, “automatically”',
  },
  { never: /\b(?:backlog|outbox|queue[ds]?)\b/i, say: '“unsent”' },
  {
    never:
      /\b(?:take|taken|takes|took|put|puts) (?:it |this |that |them )?(?:back|off|away|aside|right)\b|\bway back\b/i,
    say: '“undo”, “cancel change”, “fix”, “restore”, “remove”',
  },
  { never: /\bgiv(?:e|es|en|ing)(?: it| this)? up\b/i, say: '“discard”' },
  { never: /\b(?:mend|put right|correcting)\b/i, say: '“fix”' },
  { never: /\bneeds? you\b(?! to)/i, say: '“needs attention”' },
  { never: /\b(?:refuse[ds]?|did not take|(?:was|were) not taken)\b/i, say: '“rejected”, “not accepted”' },
  { never: /\b(?:read back|(?:can|could)(?:not|n’t| not) be told)\b/i, say: '“checking”, “we can’t tell”' },
  { never: /\blook(?:s|ed|ing)? (?:again|online)\b|\bretry\b/i, say: '“try again”, “search again”, “refresh”' },
  { never: /\baward(?:s|ed)?\b|\bbrought\b|\beffects?\b/i, say: '“points added”, “points removed”' },
  { never: /\b(?:not|never) told\b|\buntold\b|\bnot known yet\b/i, say: '“not known”' },
  { never: /\bsecret\b/i, say: '“password”, “passphrase” or “recovery key”' },
  { never: /\bbr(?:ing|ings|ought) in\b|\bread the file\b/i, say: '“import”' },
  { never: /\bforg(?:et|ets|ot|otten)\b/i, say: '“erase”' },
  { never: /\bwhole (?:mobile|email|card)\b|\ba whole\b(?! number)/i, say: '“full”' },
  { never: /\b(?:touch|write(?! down| to\b))\b/i, say: '“enter”, “type”, “tap”, “choose”' },
  {
    never: /\b(?:cannot|can not|could not|may not(?! be saved)|is not any ?more|any more)\b/i,
    say: 'a contraction: “can’t”, “couldn’t”, “isn’t”, “no longer”',
  },
  { never: /\bjoin(?:ed|ing)? (?:the|two|them|both)\b/i, say: '“merge”' },
  { never: /\bnobody\b/i, say: '“no one”' },
  {
    never: /\b(?:error|invalid|failed)\b/i,
    say: 'what happened and what to do',
    except: ['care_config_unusable', 'care_config_before'],
  },
  { never: /'/, say: 'the typographic apostrophe ’' },
  { never: /"|\.\.\./, say: 'typographic quotes “ ” and the one sign …' },
];

/** Words of the other languages that staff misread, or that duplicate an existing term. */
const elsewhere: { readonly [locale: string]: readonly Rule[] } = {
  de: [
    { never: /(?<!Filial)[Ll]eitung/u, say: '“Verbindung”; “Filialleitung” is the manager' },
    { never: /Kennwort/u, say: '“Passwort” of the till, “Passphrase” of a file' },
    { never: /aufgegeben|aufgeben|[Bb]raucht Sie/u, say: '“verwerfen”, “Handlungsbedarf”' },
    { never: /auffrisch/iu, say: '“aktualisieren”' },
  ],
  es: [
    { never: /\bemail\b/u, say: '“correo”', except: ['care_region_heading'] },
    { never: /\bTI\b|responsable/u, say: '“informática”, “encargado”' },
    { never: /petición|peticiones|de siempre/u, say: '“solicitud”, “acumulado”' },
  ],
  fr: [
    { never: /changement|\bquitter/iu, say: '“modification”, “se déconnecter”' },
    { never: /l’informatique/u, say: '“le service informatique”' },
  ],
  hi: [
    { never: /खान[ाेों]/u, say: '“फ़ील्ड”: the other is food' },
    { never: /(?<!ऑन|ऑफ़)लाइन/u, say: '“कनेक्शन”: the other is the queue of people' },
    { never: /प्रबंधक|पन्न/u, say: '“मैनेजर”, “पेज”' },
  ],
  ar: [
    { never: /الخط(?!و|أ)/u, say: '“الاتصال”' },
    { never: /تُرك|الدعم التقني|تقنية المعلومات/u, say: '“تم تجاهله”, “قسم التقنية”' },
    { never: /اً|[“”]/u, say: 'the tanween before the alef (ًا), and the quotes « »' },
  ],
  'zh-CN': [
    { never: /本机|忘记|正在在线/u, say: '“本收银台”, “删除”, “正在联网”' },
    { never: /回应|回复|应答/u, say: '“答复”' },
  ],
  id: [
    { never: /(?<!mesin )kasir/iu, say: '“mesin kasir”: the other is the cashier' },
    { never: /\bIT\b|[Ll]epas|seumur hidup|[Bb]idang/u, say: '“TI”, “buang”, “total”, “kolom”' },
  ],
};

/** What a text says that the glossary forbids, as sentences; names in braces and commands are not words. */
function faultsOf(key: string, text: string, list = rules): readonly string[] {
  const words = text.replaceAll(/\{\w+\}|\btillside [a-z]+ [a-z]+/g, '{}');
  return list
    .filter(({ never, except }) => never.test(words) && !except?.includes(key))
    .map(({ never, say }) => `${key} says “${never.exec(words)?.[0]}” in “${text}”. Say ${say}.`);
}

describe('the words of the texts', () => {
  it('follow the glossary in English: one word for one thing', () => {
    const faults = Object.entries(readAll('en')).flatMap(([key, text]) =>
      formsOf(text).flatMap((form) => faultsOf(key, form)),
    );
    assert.deepEqual(faults, []);
  });

  for (const [locale, list] of Object.entries(elsewhere)) {
    it(`include none in ${locale} that means something else`, () => {
      const faults = Object.entries(readAll(locale)).flatMap(([key, text]) =>
        formsOf(text).flatMap((form) => faultsOf(key, form, list)),
      );
      assert.deepEqual(faults, []);
    });
  }

  for (const [text, saying] of [
    ['Could not be told whether it arrived', 'Could not be told'],
    ['{count} updates were sent', 'updates'],
    ['The loyalty server is busy', 'server'],
    ['It goes when the line is back', 'goes'],
    ['Take it back for good', 'Take it back'],
    ['Give up for good', 'Give up'],
    ['Head office did not take {field}', 'did not take'],
    ['Needs you', 'Needs you'],
  ] as const) {
    it(`do not allow “${text}”`, () => {
      const said = faultsOf('some_key', text).join(' ');
      assert.ok(said.startsWith('some_key says “') && said.includes(`“${saying}”`), said);
    });
  }

  it('have exceptions only where they are needed', () => {
    const texts = readAll('en');
    for (const { never, except = [] } of rules) {
      const idle = except.filter((key) => !formsOf(texts[key] ?? '').some((form) => never.test(form)));
      assert.deepEqual(idle, [], `exceptions of ${never}`);
    }
  });
});
