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
  experimental: {
    optimizePackageImports: ['radix-ui'],
    // Fewer and larger files: each costs the server and the browser more than the bytes that a second page could have spared.
    turbopackChunking: { minChunkSize: 200_000, requestCost: 400_000, priorityRoutes: [/^\/$/] },
  },
}

export default config
