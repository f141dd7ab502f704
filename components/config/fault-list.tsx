'use client'
/** Faults as sentences, one under the other. */
import { useLocale } from '@/components/locale'
import { Message } from '@/components/ui/message'
import type { Fault } from '@/lib/errors'

export function FaultList({ faults }: { faults: readonly Fault[] }) {
  const { say } = useLocale()
  return (
    <div className="space-y-2 overflow-y-auto p-4">
      {faults.map((fault) => (
        <Message key={`${fault.code} ${fault.field ?? ''}`} tone="danger">
          {say(fault)}
        </Message>
      ))}
    </div>
  )
}
