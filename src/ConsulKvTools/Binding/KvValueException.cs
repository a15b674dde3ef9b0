namespace ConsulKvTools.Commands;

/// <summary>A value that cannot be stored as it is.</summary>
internal sealed class KvValueException(string problem) : Exception(problem);
