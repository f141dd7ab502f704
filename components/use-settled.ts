'use client'
/** A value once it has been left alone for a moment: not every letter that is typed is a question to the server. */
import { useEffect, useState } from 'react'

const SETTLE_MS = 350

export function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), SETTLE_MS)
    return () => clearTimeout(timer)
  }, [value])
  return settled
}
