/**
 * Next.js settings: a production build that needs no network. Types are checked by `npm run typecheck`, so the build leaves that out
 * and stays fast enough for a first start.
 */
/** @type {import('next').NextConfig} */
const config = {
  reactStrictMode: true,
  poweredByHeader: false,
  devIndicators: false,
  typescript: { ignoreBuildErrors: true },
  experimental: { optimizePackageImports: ['radix-ui'] },
}

export default config
