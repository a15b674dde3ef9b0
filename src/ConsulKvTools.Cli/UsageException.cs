namespace ConsulKvTools.Cli;

/// <summary>The command line or its input cannot be used. The message names the input and says what would be right.</summary>
internal sealed class UsageException(string message) : Exception(message);
