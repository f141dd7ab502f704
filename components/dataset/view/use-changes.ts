'use client'
/** What a person did to rows and has not saved: texts by row number, null where the row is left out; each step can be taken back. */
import { useEffect, useState } from 'react'

export type Changes = ReadonlyMap<number, string | null>

/** Letters typed one after the other into one row are one step. */
interface Step {
  row: number
  before: Changes
}

export function useChanges() {
  const [state, setState] = useState<{ changes: Changes; past: Step[] }>({ changes: new Map(), past: [] })
  const open = state.changes.size > 0
  useEffect(() => {
    if (!open) return
    const warn = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', warn)
    return () => window.removeEventListener('beforeunload', warn)
  }, [open])
  return {
    changes: state.changes,
    /** `undefined`: the row as it was. */
    change(row: number, text: string | null | undefined) {
      setState(({ changes, past }) => {
        const next = new Map(changes)
        if (text === undefined) next.delete(row)
        else next.set(row, text)
        const typing = typeof text === 'string' && past.at(-1)?.row === row && typeof changes.get(row) === 'string'
        return { changes: next, past: typing ? past : [...past, { row, before: changes }] }
      })
    },
    undo: () => setState(({ changes, past }) => ({ changes: past.at(-1)?.before ?? changes, past: past.slice(0, -1) })),
  }
}
