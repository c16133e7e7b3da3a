"""What the operating system says, in the two languages of the product: its own texts are English everywhere."""

import errno

from zhengming.ground.errors import WrongInput
from zhengming.ground.words import Words

REASONS = {
    errno.ENOENT: "没有这个文件或文件夹",
    errno.EACCES: "没有权限",
    errno.EPERM: "系统不允许",
    errno.EISDIR: "这是文件夹，不是文件",
    errno.ENOTDIR: "路径中有一段是文件，不是文件夹",
    errno.EEXIST: "已有同名的文件或文件夹",
    errno.ENOSPC: "磁盘已满",
    errno.EDQUOT: "超出磁盘配额",
    errno.EFBIG: "文件超出这个磁盘允许的大小",
    errno.EROFS: "磁盘是只读的",
    errno.ENAMETOOLONG: "文件名太长",
    errno.ELOOP: "符号链接成环",
    errno.EMFILE: "同时打开的文件太多",
    errno.EIO: "磁盘读写出错",
}


def cannot_read(what: object, error: OSError | ValueError) -> WrongInput:
    """The error that ``what``, mostly a path, could not be read, and why."""
    why = reason(error)
    return WrongInput(f"读不了 {what}：{why.zh}", f"cannot read {what}: {why.en}")


def cannot_write(what: object, error: OSError) -> WrongInput:
    """The error that ``what``, mostly a path, could not be written, and why."""
    why = reason(error)
    return WrongInput(f"写不了 {what}：{why.zh}", f"cannot write {what}: {why.en}")


def reason(error: OSError | ValueError) -> Words:
    """Why a file could not be read or written: the system's own words in English, ours in Chinese."""
    if isinstance(error, UnicodeDecodeError):
        return Words("不是文本，或不是所需的编码", str(error))
    english = getattr(error, "strerror", None) or str(error)
    return Words(REASONS.get(getattr(error, "errno", None) or 0, english), english)
