export async function killedClients() {}
