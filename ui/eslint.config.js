import vue from "eslint-plugin-vue";
import accessibility from "eslint-plugin-vuejs-accessibility";
import ts from "typescript-eslint";

const tauri = {
  group: ["@tauri-apps/*"],
  message: "Only src/host talks to the shell.",
};
const layers = {
  group: ["@/features/*", "@/app/*"],
  message: "A feature imports kit, host, messages and itself.",
};
const outside = (depth) => ({
  group: [`${"../".repeat(depth)}**`],
  message: "A feature reaches other folders by @/ and other features not at all.",
});

export default ts.config(
  { ignores: ["dist", "node_modules", "src/host/generated"] },
  ...ts.configs.strict,
  ...vue.configs["flat/recommended"],
  ...accessibility.configs["flat/recommended"],
  {
    files: ["**/*.{ts,vue}"],
    languageOptions: { parserOptions: { parser: ts.parser, ecmaVersion: "latest" } },
    rules: {
      "max-lines": ["error", { max: 500 }],
      "no-restricted-imports": ["error", { patterns: [tauri] }],
      "no-restricted-globals": [
        "error",
        { name: "localStorage", message: "Nothing is kept in the page." },
        { name: "sessionStorage", message: "Nothing is kept in the page." },
        { name: "indexedDB", message: "Nothing is kept in the page." },
      ],
      eqeqeq: "error",
      "no-console": "error",
      // The formatter decides these.
      "vue/max-attributes-per-line": "off",
      "vue/singleline-html-element-content-newline": "off",
      "vue/html-self-closing": "off",
      "vue/html-indent": "off",
      "vue/html-closing-bracket-newline": "off",
      "vue/multiline-html-element-content-newline": "off",
      // Components are named by what they show.
      "vue/multi-word-component-names": "off",
      "vue/require-default-prop": "off",
      "vue/no-v-html": "error",
      "vue/no-static-inline-styles": "error",
      // Labels are bound by id inside the kit's fields.
      "vuejs-accessibility/label-has-for": "off",
      "vuejs-accessibility/form-control-has-label": "off",
      "vuejs-accessibility/no-autofocus": "off",
      // Forms and menus listen for keys that bubble; the grid is one stop with an active row.
      "vuejs-accessibility/no-static-element-interactions": "off",
      "vuejs-accessibility/click-events-have-key-events": "off",
      "vuejs-accessibility/interactive-supports-focus": "off",
    },
  },
  { files: ["tests/**"], rules: { "@typescript-eslint/no-non-null-assertion": "off" } },
  { files: ["**/*.vue"], rules: { "max-lines": ["error", { max: 250 }] } },
  { files: ["src/host/**"], rules: { "no-restricted-imports": "off" } },
  {
    files: ["src/kit/**", "src/messages/**"],
    rules: { "no-restricted-imports": ["error", { patterns: [tauri, layers] }] },
  },
  {
    files: ["src/features/*/*"],
    rules: { "no-restricted-imports": ["error", { patterns: [tauri, layers, outside(1)] }] },
  },
  {
    files: ["src/features/*/*/*"],
    rules: { "no-restricted-imports": ["error", { patterns: [tauri, layers, outside(2)] }] },
  },
);
