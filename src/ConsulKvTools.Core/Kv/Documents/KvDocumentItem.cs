namespace ConsulKvTools.Kv.Documents;

/// <summary>An entry of a document, where it stands there.</summary>
/// <param name="Entry">The entry; its indexes are 0.</param>
/// <param name="Line">The line it begins in, from 1; 0 where there are no lines.</param>
internal readonly record struct KvDocumentItem(ConsulKvEntry Entry, int Line);
