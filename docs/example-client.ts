// Logs in and posts: node docs/example-client.ts https://social.example "Hello from thirty lines"
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'

const [server, text] = process.argv.slice(2)
const AS2 = 'application/activity+json'
type Texts = Record<string, string>
const read = async (url = '', init: object = {}) => (await fetch(url, init)).json() as Promise<Texts>
const form = (fields: Texts) => ({ method: 'POST', body: new URLSearchParams(fields) })

// What the server is, and what this app is to it.
const { issuer, ...at } = await read(`${server}/.well-known/oauth-authorization-server`)
const redirect_uri = 'http://127.0.0.1:8400/back'
const app = { client_name: 'Thirty lines', redirect_uris: redirect_uri, token_endpoint_auth_method: 'none' }
const { client_id = '' } = await read(at.registration_endpoint, form(app))

// Somebody lets it in, in a browser, which comes back with a code.
const code_verifier = randomBytes(32).toString('hex')
const code_challenge = createHash('sha256').update(code_verifier).digest('base64url')
const proof = { code_challenge, code_challenge_method: 'S256' }
const asked = { response_type: 'code', client_id, redirect_uri, scope: 'createcontent', ...proof }
console.log(`Open ${at.authorization_endpoint}?${new URLSearchParams(asked)}`)
const [request, response] = await once(createServer().listen(8400, '127.0.0.1'), 'request')
response.end('You can close this page.')
const told = new URL(request.url, redirect_uri).searchParams
if (told.get('iss') !== issuer) throw new Error('Another server has answered.')

// The code is worth a token, and the token says whose it is.
const code = { grant_type: 'authorization_code', code: told.get('code') ?? '', code_verifier }
const token = await read(at.token_endpoint, form({ ...code, client_id, redirect_uri }))
const actor = await read(token.activitypub_actor_id, { headers: { accept: AS2 } })
const headers = { authorization: `Bearer ${token.access_token}`, 'content-type': AS2 }
const body = JSON.stringify({ type: 'Note', content: text, to: ['as:Public'], cc: [actor.followers] })
const posted = await fetch(actor.outbox ?? '', { method: 'POST', headers, body })
console.log(posted.status, posted.headers.get('location'))
process.exit()
