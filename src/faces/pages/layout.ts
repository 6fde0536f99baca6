import { assets } from './assets.ts'
import { type Html, html } from './html.ts'
import { mark } from './icons.ts'

/** What a page says about itself to browsers, search engines and link previews. */
export interface Head {
  readonly title: string
  readonly description?: string
  /** the one address of this page, absolute */
  readonly canonical?: string
  /** the ActivityPub document that says the same */
  readonly alternate?: string
  /** `name@host` of whoever wrote it */
  readonly creator?: string
  /** `profile` or `article`; `website` when left out */
  readonly kind?: 'profile' | 'article'
  readonly publishedAt?: Date
  /** true when search engines may not list it */
  readonly hidden?: boolean
  /** which entry of the header this is */
  readonly here?: 'home' | 'account' | 'sign-in'
  /** true for the pages about coming in and what guards an account, which have a style sheet of their own */
  readonly security?: boolean
}

interface Site {
  readonly origin: string
  readonly handleHost: string
}

/** The frame around every page. */
export function layout(site: Site, head: Head, body: Html, signedInAs: string | undefined): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${head.title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="theme-color" content="#fafafa" media="(prefers-color-scheme: light)">
<meta name="theme-color" content="#0c0d0f" media="(prefers-color-scheme: dark)">
<link rel="stylesheet" href="${assets.style.path}">
${
  head.security &&
  html`<link rel="stylesheet" href="${assets.security.path}">
`
}<link rel="icon" type="image/svg+xml" href="${assets.icon.path}">
<link rel="apple-touch-icon" href="${assets.card.path}">
${about(site, head)}
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<header class="bar">
<a class="brand" href="/"${current(head, 'home')}>${mark}<span>${site.handleHost}</span></a>
<nav aria-label="Account">${
    signedInAs === undefined
      ? html`<a class="quiet button" href="/sign-in"${current(head, 'sign-in')}>Sign in</a>`
      : html`<a class="quiet button" href="/accounts"${current(head, 'account')}><bdi>@${signedInAs}</bdi></a>`
  }</nav>
</header>
<main id="main" tabindex="-1">
${body}
</main>
<footer class="foot">
<nav aria-label="About this server"><a href="/about">About</a> <a href="/privacy">Privacy</a> <a href="/terms">Terms</a></nav>
<p>Runs <strong>Weft</strong>, part of the open social web.</p>
</footer>
</body>
</html>
`
}

function current(head: Head, entry: Head['here']): Html | false {
  return head.here === entry && html` aria-current="page"`
}

function about(site: Site, head: Head): Html {
  const kind = head.kind ?? 'website'
  return html`${head.description !== undefined && html`<meta name="description" content="${head.description}">`}
${head.hidden && html`<meta name="robots" content="noindex, noarchive">`}
${head.canonical !== undefined && html`<link rel="canonical" href="${head.canonical}">`}
${head.alternate !== undefined && html`<link rel="alternate" type="application/activity+json" href="${head.alternate}">`}
<meta property="og:site_name" content="${site.handleHost}">
<meta property="og:type" content="${kind}">
<meta property="og:title" content="${head.title}">
${head.description !== undefined && html`<meta property="og:description" content="${head.description}">`}
${head.canonical !== undefined && html`<meta property="og:url" content="${head.canonical}">`}
<meta property="og:image" content="${site.origin}${assets.card.path}">
<meta property="og:image:type" content="image/png">
<meta property="og:image:width" content="400">
<meta property="og:image:height" content="400">
<meta property="og:image:alt" content="The mark of Weft: four pairs of threads, woven">
${head.publishedAt && html`<meta property="article:published_time" content="${head.publishedAt.toISOString()}">`}
<meta name="twitter:card" content="summary">
${head.creator !== undefined && html`<meta name="fediverse:creator" content="@${head.creator}">`}`
}
