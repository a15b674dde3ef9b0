using System.Text;

namespace ConsulKvTools.Http;

/// <summary>
/// What can be learnt from the bytes of a TLS handshake before encryption sets in, and from lengths afterwards. One tap listens to one
/// connection; SslStream alone cannot tell most failures apart (44 kinds fall into 6 messages).
/// </summary>
internal sealed class TlsTap
{
    private const int FirstBytesKept = 64;
    private const byte ChangeCipherSpec = 20, Alert = 21, Handshake = 22, ApplicationData = 23;
    private const byte ClientHello = 1, ServerHello = 2, Certificate = 11, CertificateRequest = 13;
    private const int ServerNameExtension = 0, ProtocolsExtension = 16, SupportedVersionsExtension = 43;

    private readonly TlsRecordReader sentRecords, receivedRecords;
    private readonly TlsHandshakeReader sentMessages, receivedMessages;
    private readonly byte[] firstBytes = new byte[FirstBytesKept];
    private int firstCount;
    private bool sentIsEncrypted, receivedIsEncrypted;
    private TaskCompletionSource<int>? nextRecord;

    public TlsTap()
    {
        sentMessages = new TlsHandshakeReader(OnSentMessage);
        receivedMessages = new TlsHandshakeReader(OnReceivedMessage);
        sentRecords = new TlsRecordReader(OnSentRecord);
        receivedRecords = new TlsRecordReader(OnReceivedRecord);
    }

    public long BytesSent { get; private set; }

    public long BytesReceived { get; private set; }

    /// <summary>The first bytes the server sent, at most 64.</summary>
    public ReadOnlySpan<byte> FirstBytes => firstBytes.AsSpan(0, firstCount);

    /// <summary>True once the server sent something that is no TLS record.</summary>
    public bool IsNotTls => receivedRecords.IsNotTls;

    public bool ClientHelloSent { get; private set; }

    /// <summary>Versions in our ClientHello, as on the wire (0x0303 is TLS 1.2).</summary>
    public IReadOnlyList<int> OfferedVersions { get; private set; } = [];

    /// <summary>Cipher suites in our ClientHello.</summary>
    public IReadOnlyList<int> OfferedSuites { get; private set; } = [];

    /// <summary>The versions in our ClientHello for which it also names a cipher suite: OpenSSL offers old versions it has no suite for.</summary>
    public IEnumerable<int> UsableVersions => OfferedVersions.Where(version => OfferedSuites.Any(suite => TlsVersion.Has(version, suite)));

    /// <summary>The server name in our ClientHello; null when none was sent.</summary>
    public string? OfferedServerName { get; private set; }

    /// <summary>The version the server chose; null before its ServerHello.</summary>
    public int? Version { get; private set; }

    /// <summary>The cipher suite the server chose; null before its ServerHello.</summary>
    public int? Suite { get; private set; }

    /// <summary>The protocol the server chose by ALPN, where its ServerHello says so in clear (TLS 1.2 and older).</summary>
    public string? ApplicationProtocol { get; private set; }

    /// <summary>The fatal alert the server sent in clear; null when none.</summary>
    public int? AlertReceived { get; private set; }

    /// <summary>The alert this side sent in clear; null when none.</summary>
    public int? AlertSent { get; private set; }

    /// <summary>The server's certificates, DER, leaf first, as sent; only TLS 1.2 and older show them.</summary>
    public IReadOnlyList<byte[]> ServerCertificates { get; private set; } = [];

    /// <summary>The CertificateRequest was seen in clear (TLS 1.2 and older).</summary>
    public bool SawCertificateRequest { get; private set; }

    /// <summary>The distinguished names (DER) in the CertificateRequest.</summary>
    public IReadOnlyList<byte[]> AcceptableIssuers { get; private set; } = [];

    /// <summary>The length of our Certificate message in clear (TLS 1.2 and older); null when none was sent.</summary>
    public int? SentCertificateLength { get; private set; }

    /// <summary>Payload bytes of encrypted records this side has sent.</summary>
    public int EncryptedBytesSent { get; private set; }

    /// <summary>
    /// TLS 1.3 hides the request for a client certificate, yet not the length of the answer: a client that was not asked sends
    /// nothing but Finished. Call when the handshake is done and before anything else is sent.
    /// </summary>
    public bool FlightHoldsCertificateMessage => Version == TlsVersion.Tls13 && EncryptedBytesSent > FinishedOnly;

    /// <summary>As above, and the Certificate message was more than an empty list.</summary>
    public bool FlightHoldsCertificate => Version == TlsVersion.Tls13 && EncryptedBytesSent > FinishedOnly + 60;

    public void OnSent(ReadOnlySpan<byte> bytes)
    {
        BytesSent += bytes.Length;
        sentRecords.Feed(bytes);
    }

    public void OnReceived(ReadOnlySpan<byte> bytes)
    {
        BytesReceived += bytes.Length;
        if (firstCount < FirstBytesKept)
        {
            var take = Math.Min(FirstBytesKept - firstCount, bytes.Length);
            bytes.Slice(0, take).CopyTo(firstBytes.AsSpan(firstCount));
            firstCount += take;
        }
        receivedRecords.Feed(bytes);
    }

    /// <summary>Completes with the payload length of the next record that arrives.</summary>
    public Task<int> WhenNextRecord()
    {
        nextRecord = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        return nextRecord.Task;
    }

    // Header 4, verify data of the hash's length, inner content type 1, tag 16.
    private int FinishedOnly => 4 + (Suite == 0x1302 ? 48 : 32) + 1 + (Suite == 0x1305 ? 8 : 16);

    private void OnSentRecord(byte type, ReadOnlySpan<byte> payload)
    {
        switch (type)
        {
            // TLS 1.3 sends an idle ChangeCipherSpec for middleboxes: nothing changes with it.
            case ChangeCipherSpec when Version != TlsVersion.Tls13: sentIsEncrypted = true; break;
            case ApplicationData: EncryptedBytesSent += payload.Length; break;
            case Alert when !sentIsEncrypted && payload.Length == 2: AlertSent = payload[1]; break;
            case Handshake when !sentIsEncrypted: sentMessages.Feed(payload); break;
        }
    }

    private void OnReceivedRecord(byte type, ReadOnlySpan<byte> payload)
    {
        switch (type)
        {
            case ChangeCipherSpec when Version != TlsVersion.Tls13: receivedIsEncrypted = true; break;
            case Alert when !receivedIsEncrypted && payload.Length == 2 && Version != TlsVersion.Tls13:
                // A warning (level 1) does not end a handshake.
                if (payload[0] == 2) AlertReceived = payload[1];
                break;
            case Handshake when !receivedIsEncrypted: receivedMessages.Feed(payload); break;
        }
        if (type != ChangeCipherSpec) nextRecord?.TrySetResult(payload.Length);
    }

    private void OnSentMessage(byte type, ReadOnlySpan<byte> body)
    {
        if (type == Certificate) SentCertificateLength = body.Length;
        if (type != ClientHello) return;
        ClientHelloSent = true;
        var reader = new TlsReader(body);
        var version = reader.Number(2);
        reader.Take(32);
        reader.Field(1);
        OfferedSuites = Numbers(reader.Field(2));
        reader.Field(1);
        var extensions = new TlsReader(reader.Field(2));
        OfferedVersions = [version];
        while (!extensions.IsEmpty)
        {
            var kind = extensions.Number(2);
            var value = new TlsReader(extensions.Field(2));
            if (kind == SupportedVersionsExtension) OfferedVersions = Numbers(value.Field(1));
            else if (kind == ServerNameExtension)
            {
                var names = new TlsReader(value.Field(2));
                names.Number(1);
                OfferedServerName = Encoding.ASCII.GetString(names.Field(2).ToArray());
            }
        }
    }

    private void OnReceivedMessage(byte type, ReadOnlySpan<byte> body)
    {
        switch (type)
        {
            case ServerHello: ReadServerHello(body); break;
            case Certificate when Version < TlsVersion.Tls13: ServerCertificates = Fields(new TlsReader(body).Field(3), 3); break;
            case CertificateRequest when Version < TlsVersion.Tls13:
                SawCertificateRequest = true;
                var request = new TlsReader(body);
                request.Field(1);
                if (Version == TlsVersion.Tls12) request.Field(2);
                AcceptableIssuers = Fields(request.Field(2), 2);
                break;
        }
    }

    private void ReadServerHello(ReadOnlySpan<byte> body)
    {
        var reader = new TlsReader(body);
        var version = reader.Number(2);
        reader.Take(32);
        reader.Field(1);
        var suite = reader.Number(2);
        reader.Take(1);
        var extensions = new TlsReader(reader.Field(2));
        while (!extensions.IsEmpty)
        {
            var kind = extensions.Number(2);
            var value = new TlsReader(extensions.Field(2));
            if (kind == SupportedVersionsExtension) version = value.Number(2);
            else if (kind == ProtocolsExtension) ApplicationProtocol = Encoding.ASCII.GetString(new TlsReader(value.Field(2)).Field(1).ToArray());
        }
        // A HelloRetryRequest has the same shape and settles the version too.
        Version = version;
        Suite = suite;
    }

    private static int[] Numbers(ReadOnlySpan<byte> bytes)
    {
        var numbers = new int[bytes.Length / 2];
        for (var i = 0; i < numbers.Length; i++) numbers[i] = bytes[2 * i] << 8 | bytes[2 * i + 1];
        return numbers;
    }

    private static List<byte[]> Fields(ReadOnlySpan<byte> bytes, int lengthSize)
    {
        var fields = new List<byte[]>();
        for (var reader = new TlsReader(bytes); !reader.IsEmpty;) fields.Add(reader.Field(lengthSize).ToArray());
        return fields;
    }
}
