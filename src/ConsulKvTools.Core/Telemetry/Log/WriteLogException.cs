namespace ConsulKvTools.Telemetry.Log;

/// <summary>Lines could not be written.</summary>
/// <param name="written">How many of them were.</param>
/// <param name="cause">Why not all.</param>
internal sealed class WriteLogException(int written, Exception cause) : Exception(cause.Message, cause)
{
    /// <summary>How many lines were written.</summary>
    public int Written { get; } = written;

    /// <summary>The reason in words, without a full stop.</summary>
    public string Problem { get; } = cause is DirectoryNotFoundException ? "its folder does not exist" : Printable.Text(cause.Message, 200).TrimEnd('.');
}
