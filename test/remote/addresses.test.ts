import { describe, expect, test } from 'vitest'
import { createAddressFilter } from '../../src/remote/addresses.ts'

const filter = createAddressFilter([])

/** First and last address of each refused range, written out: the table is not computed by the code that it checks. */
const REFUSED_V4: [string, string, string][] = [
  ['0/8', '0.0.0.0', '0.255.255.255'],
  ['10/8', '10.0.0.0', '10.255.255.255'],
  ['100.64/10', '100.64.0.0', '100.127.255.255'],
  ['127/8', '127.0.0.0', '127.255.255.255'],
  ['169.254/16', '169.254.0.0', '169.254.255.255'],
  ['172.16/12', '172.16.0.0', '172.31.255.255'],
  ['192.0.0/24', '192.0.0.0', '192.0.0.255'],
  ['192.0.2/24', '192.0.2.0', '192.0.2.255'],
  ['192.31.196/24', '192.31.196.0', '192.31.196.255'],
  ['192.52.193/24', '192.52.193.0', '192.52.193.255'],
  ['192.88.99/24', '192.88.99.0', '192.88.99.255'],
  ['192.168/16', '192.168.0.0', '192.168.255.255'],
  ['192.175.48/24', '192.175.48.0', '192.175.48.255'],
  ['198.18/15', '198.18.0.0', '198.19.255.255'],
  ['198.51.100/24', '198.51.100.0', '198.51.100.255'],
  ['203.0.113/24', '203.0.113.0', '203.0.113.255'],
  ['224/4', '224.0.0.0', '239.255.255.255'],
  ['240/4', '240.0.0.0', '255.255.255.255'],
]

const PUBLIC_V4 = [
  '1.0.0.0',
  '9.255.255.255',
  '11.0.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '126.255.255.255',
  '128.0.0.0',
  '169.253.255.255',
  '169.255.0.0',
  '172.15.255.255',
  '172.32.0.0',
  '192.0.1.0',
  '192.0.3.0',
  '192.167.255.255',
  '192.169.0.0',
  '198.17.255.255',
  '198.20.0.0',
  '203.0.112.255',
  '203.0.114.0',
  '223.255.255.255',
  '93.184.216.34',
]

describe('S-062 the addresses that are never reached', () => {
  test.each(REFUSED_V4)(
    '%s is refused from end to end, in every form of IPv6 that holds it',
    (_range, first, last) => {
      for (const address of [first, last]) {
        expect(filter.judge(address)).toBe('refused')
        const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number)
        const hex = `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
        for (const form of [
          `::ffff:${address}`,
          `::ffff:${hex}`,
          `0:0:0:0:0:ffff:${hex}`,
          `::${hex}`,
          `::${address}`,
          `64:ff9b::${hex}`,
          `64:ff9b::${address}`,
          `64:ff9b:1::${hex}`,
          `64:ff9b:1:${hex}::`,
          `2002:${hex}::1`,
          `2001:0:4136:e378:8000:63bf:${hex}`,
        ]) {
          expect(filter.judge(form), form).toBe('refused')
        }
      }
    },
  )

  test.each(PUBLIC_V4)('%s is public', (address) => {
    expect(filter.judge(address)).toBe('public')
    expect(filter.judge(`::ffff:${address}`)).toBe('public')
    expect(filter.judge(`64:ff9b::${address}`)).toBe('public')
  })

  test.each([
    '::',
    '::1',
    '1::1',
    '64:ff9b:1::1',
    '64:ff9b:1::5db8:d822',
    '100::1',
    '1fff:ffff::1',
    '2001::1',
    '2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff',
    '2001:db8::',
    '2001:db8:ffff:ffff::1',
    '2002::1',
    '2002:5db8:d822::1',
    '2620:4f:8000::1',
    '3fff::1',
    '3fff:fff::1',
    '4000::1',
    '5f00::1',
    'fc00::1',
    'fd12:3456::1',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'ff02::1',
  ])('%s is refused', (address) => {
    expect(filter.judge(address)).toBe('refused')
  })

  test.each(['2001:200::1', '2001:4860:4860::8888', '2620:4f:8001::1', '2a00:1450::1', '3ffe:ffff::1'])(
    '%s is public',
    (address) => {
      expect(filter.judge(address)).toBe('public')
    },
  )

  test.each([
    '',
    'localhost',
    '127.1',
    '0177.0.0.1',
    '2130706433',
    '0x7f.1',
    '1.2.3.4.',
    '[::1]',
    '1.2.3.4 ',
    'a.b',
  ])('%j is no address, and so refused', (text) => {
    expect(filter.judge(text)).toBe('refused')
  })
})

describe('opened ranges', () => {
  test('exactly the given ranges are opened, their mapped forms too', () => {
    const opened = createAddressFilter(['127.0.0.0/8', 'fd00::/8', '10.1.2.3'])
    expect(opened.opensAny).toBe(true)
    for (const address of ['127.0.0.1', '127.9.9.9', '::ffff:127.0.0.1', 'fd00::1', '10.1.2.3']) {
      expect(opened.judge(address), address).toBe('opened')
    }
    for (const address of [
      '10.1.2.4',
      '::1',
      'fc00::1',
      '192.168.0.1',
      '64:ff9b::127.0.0.1',
      '2002:7f00:1::1',
    ]) {
      expect(opened.judge(address), address).toBe('refused')
    }
    expect(opened.judge('93.184.216.34')).toBe('public')
  })

  test.each(['10.0.0.0/33', 'ten', '10.0.0.0/8,127.0.0.0/8', ''])(
    '%j is no range and stops the start',
    (text) => {
      expect(() => createAddressFilter([text])).toThrow(RangeError)
    },
  )
})
