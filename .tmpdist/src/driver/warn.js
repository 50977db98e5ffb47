export {};
//# sourceMappingURL=warn.js.map