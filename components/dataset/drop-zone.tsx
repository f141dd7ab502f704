'use client'
/** Takes files that are dropped anywhere on it, and says so while they hang over it. */
import { useRef, useState, type DragEvent, type ReactNode } from 'react'
import { useLocale } from '@/components/locale'

const holdsFiles = (event: DragEvent): boolean => event.dataTransfer.types.includes('Files')

export function DropZone({ className, onFiles, children }: { className?: string; onFiles: (files: File[]) => void; children: ReactNode }) {
  const { t } = useLocale()
  const [over, setOver] = useState(false)
  const depth = useRef(0) // each element below it is entered and left too
  const move = (by: number) => (event: DragEvent) => {
    if (!holdsFiles(event)) return
    depth.current += by
    setOver(depth.current > 0)
  }
  const drop = (event: DragEvent) => {
    if (!holdsFiles(event)) return
    event.preventDefault()
    depth.current = 0
    setOver(false)
    onFiles([...event.dataTransfer.files])
  }
  return (
    <div className={className} onDragEnter={move(1)} onDragLeave={move(-1)} onDragOver={(event) => holdsFiles(event) && event.preventDefault()} onDrop={drop}>
      {children}
      {over && (
        <div className="pointer-events-none fixed inset-4 z-50 flex items-center justify-center rounded-lg border-2 border-dashed border-accent bg-accent-soft/90 text-lg font-semibold text-ink">
          {t.ui.datasets.uploads.drop}
        </div>
      )}
    </div>
  )
}
