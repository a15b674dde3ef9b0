using System.Diagnostics;
using System.Net.Sockets;
using ConsulKvTools.Files;
using ConsulKvTools.Kv.Documents;

namespace ConsulKvTools.Tests.Kv.Documents;

/// <summary>What stands in a folder and is no file is named, and nobody waits for it.</summary>
public sealed class SpecialFileTests
{
    [Theory]
    [InlineData("b/c")]
    [InlineData(".consulkv")]
    public async Task A_pipe_in_a_folder_is_named_and_not_waited_for(string name)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "A pipe stands in no folder there.");
        using var folder = new TemporaryFolder();
        DocumentText.WriteFolder(folder.Path, entries: [DocumentText.Entry("a", ""), DocumentText.Entry("b/c", "")]);
        File.Delete(folder.At(name));
        await Process.Start("mkfifo", folder.At(name)).WaitForExitAsync(TestContext.Current.CancellationToken);
        var reading = Assert.ThrowsAsync<ConsulDocumentException>(() => DocumentText.ReadAsync(KvDocument.Open(folder.Path, null)));
        Assert.Contains("it is a pipe, a socket or a device", (await reading.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken)).Finding.Title);
        var writing = Task.Run(() => Assert.Throws<ConsulDocumentException>(() => DocumentText.WriteFolder(folder.Path, force: true, [DocumentText.Entry("a", ""), DocumentText.Entry("b/c", "")])), TestContext.Current.CancellationToken);
        Assert.Contains("it is a pipe, a socket or a device", (await writing.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken)).Finding.Title);
    }

    [Fact]
    public void A_socket_and_a_device_are_told_from_files_and_folders()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "None stands in a folder there.");
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.At("file"), "");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(folder.At("socket")));
        Assert.True(FileKind.IsSpecial(folder.At("socket")));
        Assert.True(FileKind.IsSpecial("/dev/null"));
        Assert.False(FileKind.IsSpecial(folder.At("file")));
        Assert.False(FileKind.IsSpecial(folder.Path));
        Assert.False(FileKind.IsSpecial(folder.At("none")));
    }
}
