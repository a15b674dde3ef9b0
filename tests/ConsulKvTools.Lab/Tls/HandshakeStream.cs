using System.Buffers.Binary;

namespace ConsulKvTools.Lab;

/// <summary>Gives back the bytes already read, and spoils the server's first flight where a fault says so.</summary>
internal sealed class HandshakeStream(ScriptedConnection connection, byte[] alreadyRead, TlsFaultKind? fault) : Stream
{
    private readonly Stream _inner = connection.Stream;
    private ReadOnlyMemory<byte> _before = alreadyRead;
    private bool _flightSent;

    public bool Stalled { get; private set; }

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (Stalled) await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(false);
        if (_before.IsEmpty) return await _inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        var take = Math.Min(buffer.Length, _before.Length);
        _before[..take].CopyTo(buffer);
        _before = _before[take..];
        return take;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => Blocking.Wait(() => ReadAsync(buffer, offset, count, CancellationToken.None));

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (Stalled) return;
        if (_flightSent || fault is null)
        {
            await _inner.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
            return;
        }

        _flightSent = true;
        if (fault == TlsFaultKind.FlipBit)
        {
            var spoiled = buffer.ToArray();
            // Inside the last encrypted record of TLS 1.3, and inside the key exchange's signature of TLS 1.2.
            spoiled[^20] ^= 1;
            await _inner.WriteAsync(spoiled, cancellationToken).ConfigureAwait(false);
            return;
        }

        var firstRecord = buffer[..(5 + BinaryPrimitives.ReadUInt16BigEndian(buffer.Span[3..]))];
        await _inner.WriteAsync(firstRecord, cancellationToken).ConfigureAwait(false);
        if (fault == TlsFaultKind.StallAfterServerHello)
        {
            Stalled = true;
            return;
        }
        // Let the record arrive first: a reset would overtake it in the client's buffer.
        await Task.Delay(50, cancellationToken).ConfigureAwait(false);
        await connection.EndAsync(reset: fault == TlsFaultKind.ResetAfterServerHello).ConfigureAwait(false);
        throw new IOException("The fault has ended the connection.");
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count) => Blocking.Wait(() => WriteAsync(buffer, offset, count, CancellationToken.None));

    public override void Flush() => _inner.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => _inner.FlushAsync(cancellationToken);

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
