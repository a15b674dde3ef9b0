namespace ConsulKvTools.Kv.Watching;

/// <summary>Something about a watch that is no change.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">The note as a sentence without its full stop.</param>
/// <param name="Finding">What stands in the way; null when nothing does.</param>
internal sealed record KvWatchNote(KvWatchNoteKind Kind, string Text, ConsulFinding? Finding = null);
