/** ISO 639-1, and a few of 639-3 that people write here too. */
const CODES =
  `aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo
  es et eu fa ff fi fj fo fr fy ga gd gl gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj
  kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv
  ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sn so sq sr ss st su sv sw ta te tg th ti tk
  tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu ast ckb csb gsw jbo kab ldn lfn moh nds pdc sco
  sma smj szl tok vai xal zba zgh`.split(/\s+/)

export interface MastodonLanguage {
  readonly code: string
  readonly name: string
}

/** The languages that a post can say it is in, by their English names. */
export function languagesFrom(): readonly MastodonLanguage[] {
  const names = new Intl.DisplayNames('en', { type: 'language' })
  return CODES.map((code) => ({ code, name: names.of(code) ?? code }))
}
