// The one script of these pages: it lets a passkey answer. Whatever else a page does, it does without.

const bytesOf = (text) =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (sign) => sign.charCodeAt(0))

const textOf = (buffer) =>
  btoa(Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join(''))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')

const withBytes = (list) => list?.map((each) => ({ ...each, id: bytesOf(each.id) }))

async function ask({ passkey, ceremony }) {
  const options = JSON.parse(passkey)
  options.challenge = bytesOf(options.challenge)
  if (ceremony === 'create') {
    options.user.id = bytesOf(options.user.id)
    options.excludeCredentials = withBytes(options.excludeCredentials)
    return navigator.credentials.create({ publicKey: options })
  }
  options.allowCredentials = withBytes(options.allowCredentials)
  return navigator.credentials.get({ publicKey: options })
}

function written({ id, type, response }) {
  const said = { clientDataJSON: textOf(response.clientDataJSON) }
  for (const name of ['attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
    if (response[name]) said[name] = textOf(response[name])
  }
  if (response.getTransports) said.transports = response.getTransports()
  return JSON.stringify({ id, rawId: id, type, response: said, clientExtensionResults: {} })
}

function listen(form) {
  const said = form.querySelector('[role="status"]')
  const button = form.querySelector('button')
  form.hidden = false
  document.querySelector('[data-without-passkeys]')?.remove()
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    button.disabled = true
    said.textContent = ''
    try {
      form.elements.credential.value = written(await ask(form.dataset))
      form.submit()
    } catch (error) {
      button.disabled = false
      said.textContent = error?.name === 'InvalidStateError' ? form.dataset.known : form.dataset.failed
    }
  })
}

if (window.PublicKeyCredential) {
  for (const form of document.querySelectorAll('form[data-passkey]')) listen(form)
}
