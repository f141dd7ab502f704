'use client'
/** The size of an element, kept up to date; zero until it is on the page. */
import { useEffect, useRef, useState, type RefObject } from 'react'

export function useSize(): [RefObject<HTMLDivElement | null>, { width: number; height: number }] {
  const box = useRef<HTMLDivElement>(null)
  const [size, setSize] = useState({ width: 0, height: 0 })
  useEffect(() => {
    if (!box.current) return
    const observer = new ResizeObserver(([entry]) => {
      const { width, height } = entry.contentRect
      setSize((now) => (now.width === width && now.height === height ? now : { width, height }))
    })
    observer.observe(box.current)
    return () => observer.disconnect()
  }, [])
  return [box, size]
}
