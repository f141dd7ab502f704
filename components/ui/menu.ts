/** The look of a menu and its lines, for Radix's DropdownMenu. */
export const menuPanel = 'float-panel z-50 min-w-44 animate-[rise_120ms] p-1'
export const menuItem = 'flex cursor-pointer items-center gap-2 rounded-sm px-2 py-1.5 outline-none data-[highlighted]:bg-accent-soft'
