import { defineConfig } from "vite";

// What is built is committed (../wwwroot) and part of the server's program: building the module needs the .NET SDK only. Names without
// hashes keep those commits readable; the server answers with entity tags.
export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "../wwwroot",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: false,
    chunkSizeWarningLimit: 400,
    rollupOptions: {
      output: {
        entryFileNames: "assets/[name].js",
        chunkFileNames: "assets/[name].js",
        assetFileNames: "assets/[name][extname]",
      },
    },
  },
  // "npm run dev" beside a server at its usual port.
  server: { proxy: { "/api": "http://127.0.0.1:8630", "/docs": "http://127.0.0.1:8630", "/openapi.json": "http://127.0.0.1:8630" } },
});
