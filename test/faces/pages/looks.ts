/** WCAG 2.2 SC 2.5.8: targets of 24 px, except within a line of text. Runs in the page. */
export const smallTargets = `[...document.querySelectorAll('a, button, summary, input:not([type=hidden])')]
  .filter((target) => !target.closest('.prose, p, dd, .skip') && !target.matches('label a') && target.getClientRects().length > 0)
  .map((target) => ({ text: target.textContent.trim() || target.name, box: target.getBoundingClientRect() }))
  .filter(({ box }) => box.height < 24 || box.width < 24)
  .map(({ text, box }) => text + ' ' + Math.round(box.width) + '×' + Math.round(box.height))`

/** WCAG 2.2 SC 1.4.3: a contrast of 4.5. Runs in the page. */
export const faintTexts = `(() => {
  const channels = (text) => (text.match(/[\\d.]+/g) ?? []).map(Number)
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4))
    return 0.2126 * x + 0.7152 * y + 0.0722 * z
  }
  const ground = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const color = channels(getComputedStyle(e).backgroundColor)
      if (color[3] === undefined || color[3] > 0) return color
    }
    return [255, 255, 255]
  }
  const faint = []
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement
    const text = walker.currentNode.data.trim()
    if (text === '' || element.closest('[aria-hidden=true], .unseen, .invisible') || element.getClientRects().length === 0) continue
    const [a, b] = [luminance(channels(getComputedStyle(element).color)), luminance(ground(element))]
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
    if (ratio < 4.5) faint.push(text.slice(0, 30) + ' ' + ratio.toFixed(2))
  }
  return faint
})()`
