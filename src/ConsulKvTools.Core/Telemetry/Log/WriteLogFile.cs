using System.Diagnostics;

namespace ConsulKvTools.Telemetry.Log;

/// <summary>
/// The file of a write log, which several processes may share. Who appends holds a lock on a file beside it, which the system gives back when the
/// process dies: lines of two processes never mix, and none gets lost in a rotation. A line cut short by a power failure stays one bad
/// line: the next one begins on its own.
/// </summary>
internal sealed partial class WriteLogFile(WriteLogSettings settings)
{
    // A process that was frozen while it held the lock must not stop the log of all others for good.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly bool isDevice = settings.Path.StartsWith("/dev/", StringComparison.Ordinal) || settings.Path.StartsWith(@"\\.\", StringComparison.Ordinal);

    /// <summary>Appends whole lines.</summary>
    /// <param name="text">The lines.</param>
    /// <param name="ends">Where in it each line ends, ascending.</param>
    /// <returns>How many lines were written before what is thrown; all when nothing is.</returns>
    /// <exception cref="WriteLogException">Not all could be written; it knows how many were.</exception>
    public void Append(MemoryStream text, IReadOnlyList<int> ends)
    {
        var written = 0;
        try
        {
            using var held = isDevice ? null : Lock();
            var from = 0;
            while (written < ends.Count)
            {
                using var stream = new FileStream(settings.Path, FileMode.OpenOrCreate, isDevice ? FileAccess.Write : FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, 1);
                var before = isDevice ? 0 : stream.Length;
                if (!isDevice && before > 0 && before + ends[written] - from > settings.MaximumSize && TryRotate()) continue;
                // As many lines as the file has room for; one at least, else nothing would ever be written.
                var last = written;
                while (!isDevice && last + 1 < ends.Count && before + ends[last + 1] - from <= settings.MaximumSize) last++;
                if (isDevice || IsGrowing) last = ends.Count - 1;
                Write(stream, before, text.GetBuffer(), from, ends[last] - from);
                (from, written) = (ends[last], last + 1);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException or System.Security.SecurityException)
        {
            throw new WriteLogException(written, error);
        }
    }

    /// <summary>True while the file cannot be put aside, because somebody has it open without leave to rename it: then it grows rather than lose lines.</summary>
    private bool IsGrowing { get; set; }

    private void Write(FileStream stream, long before, byte[] buffer, int from, int count)
    {
        if (isDevice)
        {
            stream.Write(buffer, from, count);
            return;
        }
        if (before > 0)
        {
            stream.Seek(-1, SeekOrigin.End);
            if (stream.ReadByte() != '\n') stream.WriteByte((byte)'\n');
        }
        try
        {
            stream.Write(buffer, from, count);
            stream.Flush();
        }
        catch (IOException)
        {
            // A full disk takes a part of it: a line is there whole or not at all.
            stream.SetLength(before);
            throw;
        }
    }

    // The file itself goes first, to number 0, and only then are the older ones moved up: where it cannot be moved none of them is touched, and
    // wherever this breaks off every line is still there, in order of the numbers. What was left at 0 goes on at the next rotation.
    private bool TryRotate()
    {
        try
        {
            if (settings.Files == 1) File.Delete(settings.Path);
            else
            {
                if (File.Exists(Aside(0))) MoveUp();
                Move(settings.Path, Aside(0));
                IsGrowing = false;
                MoveUp();
            }
            IsGrowing = false;
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            IsGrowing = File.Exists(settings.Path);
            return !IsGrowing;
        }
    }

    /// <summary>Moves the files that were put aside up by one, as far as the first number that is free; the oldest goes only when none is.</summary>
    private void MoveUp()
    {
        var free = 1;
        while (free < settings.Files && File.Exists(Aside(free))) free++;
        if (free == settings.Files) File.Delete(Aside(--free));
        for (; free > 0; free--) Move(Aside(free - 1), Aside(free));
    }

    /// <summary><c>x.log</c> is put aside as <c>x.1.log</c>, and that as <c>x.2.log</c>; between the two steps of a rotation it is <c>x.0.log</c>.</summary>
    private string Aside(int number) => Path.Combine(Path.GetDirectoryName(settings.Path)!,
        FormattableString.Invariant($"{Path.GetFileNameWithoutExtension(settings.Path)}.{number}{Path.GetExtension(settings.Path)}"));

    private FileStream Lock()
    {
        var clock = Stopwatch.StartNew();
        while (true)
            try
            {
                return new FileStream(settings.Path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1);
            }
            catch (IOException error) when (SharingViolation.Is(error) && clock.Elapsed < Patience)
            {
                Thread.Sleep(1);
            }
    }
}
