/** The closing line of `npm test`: nothing that failed may be missing from it. */
import { describe, expect, it } from 'vitest'
import { countOf, sum } from '@/scripts/setup/tests.mjs'

const report = (more: object) => ({ numPassedTests: 3, numFailedTests: 0, numPendingTests: 1, numTodoTests: 0, testResults: [], ...more })

describe('countOf', () => {
  it('takes the numbers of a good run', () => expect(countOf(report({}), 0)).toEqual({ passed: 3, failed: 0, skipped: 1 }))
  it('takes failed tests', () => expect(countOf(report({ numFailedTests: 2 }), 1)).toEqual({ passed: 3, failed: 2, skipped: 1 }))
  it('counts a file that did not load', () => {
    expect(countOf(report({ testResults: [{ status: 'failed', assertionResults: [] }] }), 1).failed).toBe(1)
  })
  it('counts a file whose tests were skipped because their set-up failed, and no failed test twice', () => {
    const files = [{ status: 'failed', assertionResults: [{ status: 'skipped' }] }, { status: 'failed', assertionResults: [{ status: 'failed' }] }, { status: 'passed', assertionResults: [{ status: 'skipped' }] }]
    expect(countOf(report({ numFailedTests: 1, testResults: files }), 1).failed).toBe(2)
  })
  it('counts a bad end without a failed test', () => expect(countOf(report({}), 1).failed).toBe(1))
  it('counts a run without a report', () => expect(countOf(null, 137)).toEqual({ passed: 0, failed: 1, skipped: 0 }))
})

it('adds up', () => {
  expect(sum([{ passed: 1, failed: 0, skipped: 2 }, { passed: 3, failed: 1, skipped: 0 }])).toEqual({ passed: 4, failed: 1, skipped: 2 })
})
