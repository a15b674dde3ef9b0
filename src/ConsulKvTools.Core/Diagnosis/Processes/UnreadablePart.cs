namespace ConsulKvTools.Diagnosis.Processes;

/// <summary>Something of a process that this user may not read.</summary>
/// <param name="What">What it is, in words.</param>
/// <param name="Path">The file.</param>
internal sealed record UnreadablePart(string What, string Path);
