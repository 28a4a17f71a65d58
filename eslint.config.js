import js from "@eslint/js";
import globals from "globals";

export default [
  js.configs.recommended,
  { files: ["components/**/*.js"], languageOptions: { globals: globals.browser } },
  { files: ["tests/**/*.mjs"], languageOptions: { globals: globals.node } },
  { rules: { "no-unused-vars": ["error", { argsIgnorePattern: "^_" }] } },
];
