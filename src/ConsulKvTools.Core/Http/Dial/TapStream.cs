namespace ConsulKvTools.Http;

/// <summary>
/// Passes everything through, and lets a <see cref="TlsTap"/> listen until <see cref="Detach"/>; afterwards it costs one virtual call.
/// </summary>
internal sealed partial class TapStream(Stream inner, TlsTap tap) : PassThroughStream(inner)
{
    private TlsTap? tap = tap;

    /// <summary>Ends the listening; the tap keeps what it heard.</summary>
    public void Detach() => tap = null;

    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = Inner.Read(buffer, offset, count);
        tap?.OnReceived(buffer.AsSpan(offset, read));
        return read;
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        tap?.OnSent(buffer.AsSpan(offset, count));
        Inner.Write(buffer, offset, count);
    }
}
