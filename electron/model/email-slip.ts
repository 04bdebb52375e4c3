/** Finds typing mistakes in the domain of an email, offline. It only suggests: staff may keep what they typed. */
import { slipsBetween } from './slips.ts';

/** The most common email providers. */
const providers =
  `gmail.com googlemail.com yahoo.com yahoo.co.in yahoo.co.uk yahoo.co.id yahoo.co.jp yahoo.com.br yahoo.com.mx yahoo.com.ar
  yahoo.de yahoo.es yahoo.fr yahoo.it yahoo.in ymail.com rocketmail.com hotmail.com hotmail.co.uk hotmail.de hotmail.es
  hotmail.fr hotmail.it outlook.com outlook.de outlook.es outlook.fr outlook.in live.com live.co.uk live.fr live.de msn.com
  icloud.com me.com mac.com aol.com proton.me protonmail.com zoho.com mail.com email.com gmx.com gmx.de gmx.net gmx.at gmx.ch
  web.de t-online.de freenet.de arcor.de orange.fr wanadoo.fr laposte.net free.fr sfr.fr libero.it virgilio.it terra.com.br
  uol.com.br bol.com.br rediffmail.com qq.com 163.com 126.com foxmail.com sina.com mail.ru yandex.ru yandex.com naver.com
  hanmail.net comcast.net verizon.net att.net sbcglobal.net btinternet.com sky.com virginmedia.com bigpond.com telkomsel.com`.split(
    /\s+/,
  );
const known: ReadonlySet<string> = new Set(providers);
const names: ReadonlySet<string> = new Set(providers.map(nameOf));
/** Providers that only use .com. */
const onlyCom: ReadonlySet<string> = new Set(
  'gmail googlemail icloud rediffmail protonmail ymail rocketmail'.split(' '),
);

/** Mistyped endings, and the one that was meant. */
const endings: ReadonlyMap<string, string> = new Map([
  ...'con cmo ocm vom xom comm coom cim cpm clm comn coma ccom cpom dom'
    .split(' ')
    .map((slip) => [slip, 'com'] as const),
  ...'nte ent ner nett neet'.split(' ').map((slip) => [slip, 'net'] as const),
  ...'ogr rog orgg ord'.split(' ').map((slip) => [slip, 'org'] as const),
]);

/** Shorter domains are not corrected: too many real domains are that similar. */
const shortestForOne = 8;
const shortestForTwo = 10;

/** @returns the email that was most likely meant; null if nothing looks mistyped */
export function emailMeant(email: string): string | null {
  const at = email.lastIndexOf('@');
  const domain = email.slice(at + 1).toLowerCase();
  if (at < 1 || known.has(domain)) return null;
  const meant = providerNear(domain) ?? withRealEnding(domain);
  return meant === null ? null : `${email.slice(0, at)}@${meant}`;
}

function nameOf(domain: string): string {
  return domain.slice(0, domain.indexOf('.'));
}

function providerNear(domain: string): string | null {
  const name = nameOf(domain);
  if (onlyCom.has(name)) return `${name}.com`;
  // A provider's name with another country's ending is most likely real.
  if (names.has(name) && /^[^.]+\.(?:com?\.)?[a-z]{2}$/.test(domain)) return null;
  const near = providers
    .map((provider) => ({ provider, slips: slipsBetween(domain, provider) }))
    .filter(
      ({ provider, slips }) =>
        slips <= (provider.length >= shortestForTwo ? 2 : 1) && provider.length >= shortestForOne,
    )
    .sort((one, other) => one.slips - other.slips);
  const [best] = near;
  if (best === undefined) return null;
  // Two mistakes are assumed only if the first letter is right.
  return best.slips === 1 || domain[0] === best.provider[0] ? best.provider : null;
}

function withRealEnding(domain: string): string | null {
  const dot = domain.lastIndexOf('.');
  const ending = endings.get(domain.slice(dot + 1));
  return ending === undefined ? null : `${domain.slice(0, dot)}.${ending}`;
}
