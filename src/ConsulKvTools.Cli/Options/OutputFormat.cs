namespace ConsulKvTools.Cli.Options;

/// <summary>For whom results are written.</summary>
internal enum OutputFormat
{
    /// <summary>For people.</summary>
    Text,

    /// <summary>One JSON document a command, for programs.</summary>
    Json,
}
