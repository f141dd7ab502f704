/** What the chat page makes of a model's words and of the tools that a person writes. */
import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, test } from 'vitest'
import { Markdown } from '@/components/chat/markdown'
import { toolsFault } from '@/components/chat/sampling'

const drawn = (text: string, html: boolean) => renderToStaticMarkup(createElement(Markdown, { text, html }))

describe('HTML in an answer', () => {
  test('stands there as it is written, at first', () => {
    expect(drawn('so <b>bold</b>', false)).toContain('so &lt;b&gt;bold&lt;/b&gt;')
  })

  test('means what it says where a person wants it, if it is harmless', () => {
    expect(drawn('so <b>bold</b>', true)).toContain('so <b>bold</b>')
    expect(drawn('<table><tr><td colspan="2">x</td></tr></table>', true)).toContain('<td colSpan="2">x</td>')
    expect(drawn('**both** and `code`', true)).toContain('<strong>both</strong> and <code>code</code>')
  })

  test.each([
    '<script>alert(1)</script>', '<img src="http://x.example/a.png">', '<iframe src="http://x.example"></iframe>', '<form action="http://x.example"><button>send</button></form>',
    '<video src="http://x.example/v.mp4"></video>', '<link rel="stylesheet" href="http://x.example/a.css">', '<object data="http://x.example"></object>', '<svg><image href="http://x.example/a.png"/></svg>',
    '<div style="background: url(http://x.example/a.png)">x</div>', '<b onclick="alert(1)">x</b>', '<a href="javascript:alert(1)">x</a>', '<style>body { display: none }</style>', '<base href="http://x.example/">',
  ])('never fetches, runs or sends: %s', (text) => {
    expect(drawn(text, true)).not.toMatch(/<(script|img|iframe|form|button|video|link|object|svg|image|style|base)\b|\son\w+=|style=|href="javascript:/i)
  })
})

describe('the tools', () => {
  test.each(['', '  ', '[]', '[{"name": "f", "description": "d", "parameters": {}}]'])('are taken: %j', (text) => expect(toolsFault(text)).toBeNull())

  test('are refused with the place of the fault', () => {
    expect(toolsFault('[{"name": }]')).toMatchObject({ code: 'tools_invalid', values: { problem: { code: 'tool_json', values: { line: 1 } } } })
    expect(toolsFault('{"name": "f"}')).toMatchObject({ code: 'tools_invalid', values: { problem: { code: 'tool_list' } } })
  })
})
