import { afterEach, expect, test, vi } from 'vitest'
import { print } from '../../src/cli/command.ts'

afterEach(() => void vi.restoreAllMocks())

function printed(options: { json?: boolean }, text: string): string {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  print(options, { text }, text)
  const [line] = write.mock.calls.map(([written]) => String(written))
  write.mockRestore()
  return line ?? ''
}

const hostile = 'a\u001b[2J\u001b]0;title\u0007b\rc\u009b31m \u202Eecila\u0000\u007f'

test('what others wrote commands no terminal', () => {
  expect(printed({}, hostile)).toBe(
    'a\ufffd[2J\ufffd]0;title\ufffdb\ufffdc\ufffd31m \ufffdecila\ufffd\ufffd\n',
  )
  expect(printed({}, 'two\nlines\tand tabs, 👩‍👩‍👧 и ألف')).toBe('two\nlines\tand tabs, 👩‍👩‍👧 и ألف\n')
})

test('as JSON it is whole, and as harmless', () => {
  const line = printed({ json: true }, hostile)
  expect(JSON.parse(line)).toEqual({ text: hostile })
  expect(line.trimEnd()).not.toMatch(/\p{Cc}/u)
})
