import { type Html, html } from './html.ts'

/** The privacy page's default text: true of every Weft server, whoever runs it. */
export function privacyText(handleHost: string, contact: Html): Html {
  return html`<article class="sheet text">
<h1>Privacy at ${handleHost}</h1>
<p class="lead">In short: you are shown no advertising, nothing about you is sold, and nobody is told which pages you read. But what you publish is sent to other servers, and once it is there, we can ask for it to be deleted but cannot make sure that it is.</p>

<h2>What is kept</h2>
<ul>
<li><strong>Your account:</strong> its name, the name you are shown under, what you say about yourself, an e-mail address if one was given, why you wanted to join if you were asked, the app and the invitation by which you came, and when you were last here. Your password is kept only as an argon2id hash, from which nobody can read it back. Of an authenticator app its key is kept, encrypted; of recovery codes hashes; of passkeys their public half, the name you gave them, and when they were last used.</li>
<li><strong>What you write and do:</strong> your posts with their earlier versions, whom they are for, whom you follow, and who follows you.</li>
<li><strong>Your sessions:</strong> for each browser in which you are signed in, when that began, when it was last used, and what the browser calls itself. A session ends when you sign out, when you change your password or a second factor, or after 30 days without a visit.</li>
<li><strong>People elsewhere:</strong> public profiles, public posts, and posts addressed to people here, as their servers send them to us.</li>
<li><strong>What is decided:</strong> reports, and who made them; what those who look after this server decided about accounts, servers and networks, who of them did, and when. Of an e-mail address that may not be registered with again a hash is kept, not the address.</li>
<li><strong>Addresses on the Internet:</strong> to slow down whoever guesses passwords or floods the server, it counts requests by IP address, for an hour or two. It keeps no record of which pages anybody reads. A proxy or hosting company in front of it may keep logs of its own.</li>
</ul>

<h2>Who can read what you write</h2>
<ul>
<li><strong>Public</strong> and <strong>unlisted</strong> posts can be read by everyone, with or without an account, here and on every server they reach. Your profile is public too, and so is how many people you follow and are followed by.</li>
<li>Posts <strong>for followers</strong> go to the servers of the people who follow you and of those whom you mention.</li>
<li><strong>Direct</strong> posts go to the servers of the people whom you mention. They are not encrypted from end to end: whoever runs those servers, or this one, is able to read them. Do not put into them what nobody else must ever see.</li>
</ul>

<h2>What federation means</h2>
<p>${handleHost} is one of many servers that speak ActivityPub with each other. When you post, your post, with your name, profile and the time, is delivered to the servers of your followers and of the people in it; they keep copies and show them under their own rules. When you edit or delete a post, we tell all of them, and well-kept servers do the same with their copies. We cannot force the others to.</p>
<p>If you read this server from elsewhere, for example by following somebody here from Mastodon or Threads, your own server sends us your public profile, what you write to people here, and your follows. This page is how we treat those too: we keep them to show them to the people they are meant for, and for nothing else.</p>

<h2>What is passed on</h2>
<p>Nothing beyond what federation needs, except where the law obliges the people who run this server. There is no advertising, no analytics, and no profiling. Pages here load nothing from other sites, so no other site learns that you read them. Where a post links to a page, this server asks that page once for its title, without saying who linked to it or who reads it; for direct posts it does not ask.</p>

<h2>Cookies</h2>
<p>Three, and only where they are needed: one keeps you signed in, one holds your place for ten minutes between your password and your second factor, and one protects forms such as the one for signing in against misuse by other sites. Reading sets none.</p>

<h2>How long</h2>
<p>What you write stays until you delete it; then its text and earlier versions are removed here, and only its address is kept, so that it can answer “gone”. Copies in backups disappear as those are replaced. Posts from elsewhere are removed when their own server tells us to.</p>

<h2>Your rights</h2>
<p>You may ask for a copy of what is kept about you, have it corrected or deleted, and object to its use. In the European Economic Area, the United Kingdom and some other places the law gives you these rights; here everybody has them. That holds for people on other servers as well. You may also complain to the data protection authority where you live.</p>

<h2>Children</h2>
<p>Nobody under 13 may have an account here. Where the law where you live sets a higher age, up to 16 in parts of the European Economic Area, that age holds. If we learn of an account below it, the account is deleted.</p>

<h2>Whom to ask</h2>
<p>For all of this, write to ${contact}.</p>
</article>`
}
