// The product: a user of it imports `Ledger` alone.
@_exported import Core
@_exported import EventLog
@_exported import SQLiteLedger
