namespace ConsulKvTools;

/// <summary>The forms in which entries stand outside of a store.</summary>
public enum ConsulKvFormat
{
    /// <summary>The JSON that <c>consul kv export</c> writes and <c>consul kv import</c> reads, byte for byte.</summary>
    Json,

    /// <summary>A folder: a file for each key, its bytes the value; fit for git.</summary>
    Folder,

    /// <summary>Nested mappings: <c>app/db/host</c> is <c>app: { db: { host: … } }</c>. Bytes that are no text are <c>!!binary</c>; flags have no place.</summary>
    Yaml,

    /// <summary>Java's properties: <c>app/db/host</c> is <c>app.db.host=…</c>. Text only; names with dots and flags have no place.</summary>
    Properties,
}
