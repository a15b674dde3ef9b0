namespace ConsulKvTools.Tests.Kv.Outcomes.Exploring;

/// <summary>A body that breaks off at once.</summary>
internal sealed class CutStream : MemoryStream
{
    public override bool CanSeek => false;

    public override int Read(byte[] buffer, int offset, int count) => throw new IOException("cut");

    public override int Read(Span<byte> buffer) => throw new IOException("cut");

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => throw new IOException("cut");

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => throw new IOException("cut");
}
