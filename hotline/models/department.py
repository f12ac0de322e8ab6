"""Departments and areas (承办单位与区划), both trees."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base


class Area(Base):
    """A city, district or street; the code's prefix is the parent's code."""

    __tablename__ = "area"

    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("area.code"))
    level: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(64))
    lon: Mapped[float | None]
    lat: Mapped[float | None]


class Department(Base):
    """A unit that handles tickets; ``duty`` and ``area_code`` let the catalogue find it.

    ``successor_id``: what an abolished unit was merged into (撤并).
    """

    __tablename__ = "department"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(32), unique=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    level: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(64))
    short_name: Mapped[str] = mapped_column(String(32))
    duty: Mapped[str] = mapped_column(String(32))
    area_code: Mapped[str] = mapped_column(ForeignKey("area.code"))
    credit_code: Mapped[str] = mapped_column(String(18))
    phone: Mapped[str | None] = mapped_column(String(32))
    is_active: Mapped[bool] = mapped_column(default=True)
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))

    __table_args__ = (Index("ix_department_duty_area", "duty", "area_code"),)

    def __repr__(self) -> str:
        return f"<Department {self.code}>"
