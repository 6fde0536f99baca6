/**
 * What is tried first against every account anywhere: well-known words, keyboard walks and dates of eight characters
 * or more. Kept short on purpose; the rules below catch their many variations.
 */
const COMMON = new Set(
  `
  password passwort passwords passw0rd pa55word p4ssword motdepasse contrasena senha123 password! mypassword
  baseball football basketball softball volleyball superman batman123 spiderman starwars pokemon1 pikachu1
  princess sunshine iloveyou trustno1 welcome1 welcome123 letmein1 letmein123 whatever computer internet
  michelle jennifer jessica1 jonathan michael1 charlie1 samantha victoria alexander benjamin elizabeth
  danielle nicholas veronica patricia gabriela fernando ashley12 liverpool chelsea1 arsenal1 barcelona
  realmadrid juventus manchester corvette mercedes ferrari1 porsche1 mustang1 harley12 yamaha123 kawasaki
  qwertyui qwertyuiop qwerty12 qwerty123 qwerty1234 qwertz123 azertyui azertyuiop asdfghjk asdfghjkl zxcvbnm1
  1q2w3e4r 1q2w3e4r5t 1qaz2wsx q1w2e3r4 zaq12wsx zaq1zaq1 qazwsxedc qweasdzxc asdf1234 zxcv1234 abcd1234
  abc12345 abc123456 a1b2c3d4 aa123456 a1234567 a12345678 11223344 12341234 12344321 11112222 123123123
  12121212 10203040 13579246 147258369 159753456 987654321 98765432 87654321 12345678 123456789 1234567890
  01234567 0123456789 123456789a 1234abcd 123qweasd 123456qwerty qwe123456 19871987 20002000 20202020
  changeme changeit default1 administrator admin123 admin1234 admin12345 root1234 rootroot toor1234 master12
  testtest test1234 testing1 testing123 guest123 secret12 secret123 topsecret access14 access123 login123
  dragon12 monkey12 shadow12 killer12 hunter22 ranger12 tigger12 matrix12 maverick phoenix1 midnight
  snowball butterfly chocolate strawberry pineapple blueberry cinnamon cupcake1 cookie12 peanut12 pumpkin1
  rainbow1 diamond1 lovelove iloveme1 forever1 friends1 freedom1 jesus123 blessed1 heaven12 angel123 sweetheart
  november december september october1 february summer12 summer2024 summer2025 summer2026 winter2024 winter2025
  winter2026 spring2025 spring2026 autumn2025 autumn2026 january1 monday123 friday13 scooter1 snoopy12
  president einstein mountain godzilla garfield simpsons doraemon naruto12 minecraft fortnite roblox123
  facebook instagram whatsapp twitter1 mastodon fediverse threads1 google123 youtube1 samsung1 microsoft windows1
  correcthorsebatterystaple opensesame abracadabra nothing1 dontknow asdasdasd qweqweqwe zxczxczxc abcabcabc
  `
    .split(/\s+/)
    .filter((word) => word !== ''),
)

const WALKS = [
  'abcdefghijklmnopqrstuvwxyz',
  '01234567890123456789',
  'qwertyuiopasdfghjklzxcvbnm',
  'qwertzuiopasdfghjklyxcvbnm',
  'azertyuiopqsdfghjklmwxcvbn',
]

/**
 * Whether a password is one of those, whatever its case and whatever digits or marks are put after it; or one short
 * piece repeated; or a walk along the alphabet or the keyboard; or one of `others`, such as the account's own name.
 */
export function isCommonPassword(password: string, others: readonly string[] = []): boolean {
  const word = password.normalize('NFKC').toLowerCase()
  const stem = word.replace(/[^\p{L}]+$/u, '')
  if (COMMON.has(word) || COMMON.has(stem)) return true
  if (isRepetition(word) || isWalk(word)) return true
  return others.some(
    (other) => other !== '' && (word === other.toLowerCase() || stem === other.toLowerCase()),
  )
}

function isRepetition(word: string): boolean {
  for (let length = 1; length <= Math.min(4, word.length / 2); length++) {
    const piece = word.slice(0, length)
    if (piece.repeat(Math.ceil(word.length / length)).slice(0, word.length) === word) return true
  }
  return false
}

function isWalk(word: string): boolean {
  const back = [...word].reverse().join('')
  return WALKS.some((walk) => walk.includes(word) || walk.includes(back))
}
