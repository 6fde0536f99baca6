// A whole app on a page, with nothing but what browsers bring. It leaves what it saw in window.told.

const here = location.origin + location.pathname
const query = new URLSearchParams(location.search)
const AS2 = 'application/activity+json'

try {
  if (query.has('actor')) await begin(query.get('actor'))
  else if (query.has('code')) window.told = await goOn(JSON.parse(sessionStorage.getItem('heddle')))
} catch (error) {
  window.failed = String(error?.stack ?? error)
}

async function begin(actorId) {
  const actor = await getJson(actorId)
  const { origin } = new URL(actor.id)
  const server = await getJson(`${origin}/.well-known/oauth-authorization-server`)
  const registered = await fetch(server.registration_endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name: 'Heddle',
      redirect_uris: [here],
      token_endpoint_auth_method: 'none',
    }),
  })
  const { client_id } = await registered.json()
  const verifier = text(crypto.getRandomValues(new Uint8Array(32)))
  const challenge = text(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier)))
  sessionStorage.setItem('heddle', JSON.stringify({ actor, server, client_id, verifier }))
  location.href = `${server.authorization_endpoint}?${new URLSearchParams({
    client_id,
    redirect_uri: here,
    response_type: 'code',
    scope: 'read write',
    code_challenge: challenge,
    code_challenge_method: 'S256',
  })}`
}

async function goOn({ actor, server, client_id, verifier }) {
  if (query.get('iss') !== server.issuer) throw new Error('another server answers')
  const answer = await fetch(server.token_endpoint, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id,
      redirect_uri: here,
      code: query.get('code'),
      code_verifier: verifier,
    }),
  })
  const token = await answer.json()
  const authorization = `Bearer ${token.access_token}`
  const post = async (activity) => {
    const posted = await fetch(actor.outbox, {
      method: 'POST',
      headers: { authorization, 'content-type': AS2 },
      body: JSON.stringify(activity),
    })
    return { status: posted.status, location: posted.headers.get('location') }
  }
  const posted = await post({ type: 'Note', content: '<p>From a page</p>', to: ['as:Public'] })

  const form = new FormData()
  form.append('file', await picture(), 'square.png')
  form.append('object', JSON.stringify({ type: 'Image', name: 'a red square', to: ['as:Public'] }))
  const upload = await fetch(actor.endpoints.uploadMedia, {
    method: 'POST',
    headers: { authorization },
    body: form,
  })
  const image = await upload.json()

  const outbox = await getJson(actor.outbox)
  const stream = await fetch(outbox.eventStream, { headers: { authorization } })
  const events = stream.body.pipeThrough(new TextDecoderStream()).getReader()
  const first = await events.read()
  const pictured = await post({
    type: 'Note',
    content: '<p>With a picture</p>',
    attachment: [image.id],
    to: ['as:Public'],
  })
  const heard = await nextEvent(events, first.value)
  await events.cancel()

  const bad = await fetch(actor.inbox, { headers: { authorization: 'Bearer none' } })
  return {
    token,
    posted,
    uploaded: { status: upload.status, location: upload.headers.get('location'), type: image.type },
    pictured,
    heard,
    refused: {
      status: bad.status,
      challenge: bad.headers.get('www-authenticate'),
      type: bad.headers.get('content-type'),
    },
  }
}

async function nextEvent(events, begun) {
  let said = begun
  for (;;) {
    const [, type, id, data] = /^event: (\w+)\nid: (\d+)\ndata: (.*)\n/m.exec(said) ?? []
    if (data) return { type, id, object: JSON.parse(data).object.id }
    const { value, done } = await events.read()
    if (done) throw new Error('the stream ended')
    said += value
  }
}

async function picture() {
  const canvas = new OffscreenCanvas(64, 64)
  const brush = canvas.getContext('2d')
  brush.fillStyle = 'red'
  brush.fillRect(0, 0, 64, 64)
  return canvas.convertToBlob({ type: 'image/png' })
}

async function getJson(url) {
  const answer = await fetch(url, { headers: { accept: `${AS2}, application/json` } })
  return answer.json()
}

function text(bytes) {
  const plain = btoa(String.fromCharCode(...new Uint8Array(bytes)))
  return plain.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
