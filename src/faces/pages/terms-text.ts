import { type Html, html } from './html.ts'

/** The terms' default text. */
export function termsText(handleHost: string, contact: Html): Html {
  return html`<article class="sheet text">
<h1>Terms of ${handleHost}</h1>
<p class="lead">These are the terms on which accounts are given here. Reading what is public asks for no agreement to anything.</p>

<h2>Who may have an account</h2>
<p>You must be at least 13 years old, and at least as old as the law where you live demands for using such a service without a parent’s consent, which is up to 16 in parts of the European Economic Area. An account belongs to the person or organisation to whom it was given. Keep your password to yourself; what is done with your account counts as done by you.</p>

<h2>What is asked of you</h2>
<ul>
<li>Treat others as people. No harassment, no threats, no hatred of people for what they are, and no publishing of anyone’s private life.</li>
<li>Nothing unlawful. Nothing that sexualises children, in whatever form.</li>
<li>Mark what others may not want to come upon unprepared as sensitive.</li>
<li>Do not pretend to be somebody else in order to deceive. Say so if an account is automated.</li>
<li>No spam, and nothing meant to break or overload this server or others.</li>
</ul>

<h2>What is yours stays yours</h2>
<p>You keep all rights to what you write. You allow this server to store and show it and to deliver it to other servers of the network, for that is what publishing here is. That permission ends when you delete it, as far as our own copies go; the <a href="/privacy">privacy page</a> says what that means for copies elsewhere.</p>

<h2>What the people who run it may do</h2>
<p>They may remove posts and limit, suspend or delete accounts that break these terms, and stop exchanging posts with servers that do harm. Where it is possible they say why, and listen to your answer.</p>

<h2>What cannot be promised</h2>
<p>The server is run with care, but without any guarantee that it is always there or that nothing is ever lost. Where the law permits it, nobody is liable for damage that comes of that.</p>

<h2>Changes and questions</h2>
<p>When these terms change, the new text stands here. For questions, and to report what breaks them, write to ${contact}.</p>
</article>`
}
