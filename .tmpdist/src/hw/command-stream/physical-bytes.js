export {};
//# sourceMappingURL=physical-bytes.js.map