using System.Net;
using System.Net.Sockets;

namespace ConsulKvTools.Lab;

/// <summary>
/// Ten neighbouring loopback ports that no other lab on this machine will use while this object lives. They lie below the range the
/// system hands out for outgoing connections, and each is held by a locked file, so two test processes cannot draw the same one;
/// the lock goes with the process.
/// </summary>
public sealed class PortBlock : IDisposable
{
    /// <summary>Ports in a block.</summary>
    public const int Size = 10;

    private const int Lowest = 21000;
    private const int Blocks = 1100;
    private static int s_next = Environment.ProcessId * 37;

    private readonly FileStream _lock;

    private PortBlock(int first, FileStream held)
    {
        First = first;
        _lock = held;
    }

    /// <summary>The block's first port.</summary>
    public int First { get; }

    /// <summary>The port at an index from 0 to 9.</summary>
    public int this[int index] => index is >= 0 and < Size ? First + index : throw new ArgumentOutOfRangeException(nameof(index));

    /// <summary>Reserves a block whose ports are free for TCP and UDP.</summary>
    /// <param name="address">The address the ports must be free on; null means 127.0.0.1.</param>
    /// <exception cref="InvalidOperationException">All blocks are taken.</exception>
    public static PortBlock Reserve(IPAddress? address = null)
    {
        var folder = Directory.CreateDirectory(Path.Combine(LabDirectory.Root, "ports")).FullName;
        for (var attempt = 0; attempt < Blocks; attempt++)
        {
            var first = Lowest + (int)((uint)Interlocked.Increment(ref s_next) % Blocks * Size);
            FileStream held;
            try
            {
                held = new(Path.Combine(folder, $"{first}.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                continue;
            }
            if (Enumerable.Range(first, Size).All(port => IsFree(address ?? IPAddress.Loopback, port))) return new(first, held);
            held.Dispose();
        }
        throw new InvalidOperationException($"No free block of {Size} ports between {Lowest} and {Lowest + Blocks * Size}.");
    }

    /// <summary>Gives the ports back.</summary>
    public void Dispose() => _lock.Dispose();

    private static bool IsFree(IPAddress address, int port)
    {
        try
        {
            using var tcp = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            tcp.Bind(new IPEndPoint(address, port));
            tcp.Listen();
            using var udp = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            udp.Bind(new IPEndPoint(address, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
