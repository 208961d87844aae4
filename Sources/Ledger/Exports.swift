// What the ledger's public interface is made of: a user of the product imports `Ledger` alone.
@_exported import Core
