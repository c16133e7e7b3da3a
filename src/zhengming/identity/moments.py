"""Moments: always with a time zone, so that an expiry means the same everywhere."""

from datetime import UTC, date, datetime, timedelta, timezone

from zhengming.ground.errors import WrongInput

#: The day of birth and the age are counted in the time of Beijing.
BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")


def checked(moment: datetime) -> datetime:
    """``moment`` in UTC. Raises WrongInput where it has no time zone."""
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise WrongInput("时间缺少时区", "the moment has no time zone")
    return moment.astimezone(UTC)


def day(moment: datetime) -> date:
    """The day in Beijing."""
    return checked(moment).astimezone(BEIJING).date()


def written(moment: datetime | None) -> str | None:
    """``moment`` as RFC 3339 in UTC, None for None."""
    return checked(moment).isoformat().replace("+00:00", "Z") if moment else None


def waiting(left: timedelta) -> tuple[str, str]:
    """A time to wait, in Chinese and English, rounded up."""
    seconds = max(1, -(-left // timedelta(seconds=1)))
    if seconds < 120:
        return f"{seconds} 秒", f"{seconds} s"
    minutes = -(-seconds // 60)
    if minutes < 120:
        return f"{minutes} 分钟", f"{minutes} min"
    return f"{-(-minutes // 60)} 小时", f"{-(-minutes // 60)} h"
